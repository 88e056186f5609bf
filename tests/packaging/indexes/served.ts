import { z } from 'zod';
import type { QueryShape } from '../../../emulators/firestore/admin/queryLog.js';

const scope = z.enum(['COLLECTION', 'COLLECTION_GROUP']);
const order = z.enum(['ASCENDING', 'DESCENDING']);
const arrayConfig = z.literal('CONTAINS');

const compositeSchema = z.strictObject({
  collectionGroup: z.string(),
  queryScope: scope,
  fields: z.array(
    z.union([
      z.strictObject({ fieldPath: z.string(), order }),
      z.strictObject({ fieldPath: z.string(), arrayConfig }),
    ]),
  ),
});

const overrideSchema = z.strictObject({
  collectionGroup: z.string(),
  fieldPath: z.string(),
  ttl: z.literal(true).optional(),
  indexes: z.array(
    z.union([
      z.strictObject({ order, queryScope: scope.default('COLLECTION') }),
      z.strictObject({ arrayConfig, queryScope: scope.default('COLLECTION') }),
    ]),
  ),
});

/** firestore.indexes.json, as far as this project uses its format. */
export const indexesSchema = z.strictObject({
  indexes: z.array(compositeSchema),
  fieldOverrides: z.array(overrideSchema),
});
export type Indexes = z.infer<typeof indexesSchema>;

type Scope = z.infer<typeof scope>;
type Mode = z.infer<typeof order> | 'CONTAINS';
interface Entry {
  readonly field: string;
  readonly mode: Mode;
}

/** What Firestore makes by itself for every field that no override names. */
const automatic: readonly Mode[] = ['ASCENDING', 'DESCENDING', 'CONTAINS'];

const NAME = '__name__';
const equalities = new Set(['EQUAL', 'IN', 'IS_NULL', 'IS_NAN']);
const contains = new Set(['ARRAY_CONTAINS', 'ARRAY_CONTAINS_ANY']);

/**
 * Whether Firestore can answer a query with these indexes: by one whose fields are equalities of the query
 * followed by exactly its order, or by several such merged, which among them have all of its equalities
 * (documentation, "Index types in Cloud Firestore", "Index merging"). Single-field indexes count, unless
 * exempted; for collection groups there are only those that are asked for.
 */
export function isServed(shape: QueryShape, indexes: Indexes): boolean {
  if (shape.hasOr || shape.collectionId === undefined) {
    throw new Error('neither alternatives nor queries over all collections are known here');
  }
  const equal = equalEntries(shape);
  const ordered = orderEntries(shape);
  if (equal.length === 0 && ordered.length === 0) return true;
  const collection = { id: shape.collectionId, scope: scopeOf(shape) };
  const fitting = [
    ...compositesOf(indexes, collection),
    ...singlesOf(indexes, collection, [...equal, ...ordered]),
  ].filter((index) => fits(index, equal, ordered));
  const covered = new Set(fitting.flat().map(({ field }) => field));
  return fitting.length > 0 && equal.every(({ field }) => covered.has(field));
}

interface Collection {
  readonly id: string;
  readonly scope: Scope;
}

function scopeOf({ allDescendants }: QueryShape): Scope {
  return allDescendants ? 'COLLECTION_GROUP' : 'COLLECTION';
}

function equalEntries({ filters }: QueryShape): Entry[] {
  return filters.flatMap(({ field, operator }): Entry[] => {
    if (contains.has(operator)) return [{ field, mode: 'CONTAINS' }];
    return equalities.has(operator) ? [{ field, mode: 'ASCENDING' }] : [];
  });
}

/** The order, less what goes without saying: a field that has one value, and the name at the end. */
function orderEntries({ filters, orderBy }: QueryShape): Entry[] {
  const fixed = new Set(
    filters.filter(({ operator }) => operator === 'EQUAL').map(({ field }) => field),
  );
  const entries = orderBy
    .filter(({ field }) => !fixed.has(field))
    .map(({ field, descending }): Entry => {
      return { field, mode: descending ? 'DESCENDING' : 'ASCENDING' };
    });
  const last = entries.at(-1);
  const before = entries.at(-2)?.mode ?? 'ASCENDING';
  return last?.field === NAME && last.mode === before ? entries.slice(0, -1) : entries;
}

function compositesOf({ indexes }: Indexes, { id, scope }: Collection): Entry[][] {
  return indexes
    .filter((index) => index.collectionGroup === id && index.queryScope === scope)
    .map(({ fields }) =>
      fields.map((field) => {
        return { field: field.fieldPath, mode: 'order' in field ? field.order : 'CONTAINS' };
      }),
    );
}

function singlesOf(indexes: Indexes, collection: Collection, wanted: readonly Entry[]): Entry[][] {
  const fields = new Set(wanted.map(({ field }) => field).filter((field) => field !== NAME));
  return [...fields].flatMap((field) =>
    modesOf(indexes, collection, field).map((mode) => [{ field, mode }]),
  );
}

/** An override of a map holds for what is in it, unless that has one of its own. */
function modesOf({ fieldOverrides }: Indexes, { id, scope }: Collection, field: string): Mode[] {
  const parts = field.split('.');
  const nearestFirst = [
    ...parts.map((_, cut) => parts.slice(0, parts.length - cut).join('.')),
    '*',
  ];
  const override = nearestFirst
    .map((path) =>
      fieldOverrides.find((entry) => entry.collectionGroup === id && entry.fieldPath === path),
    )
    .find((entry) => entry !== undefined);
  if (!override) return scope === 'COLLECTION' ? [...automatic] : [];
  return override.indexes
    .filter(({ queryScope }) => queryScope === scope)
    .map((index) => ('order' in index ? index.order : 'CONTAINS'));
}

function fits(index: readonly Entry[], equal: readonly Entry[], ordered: readonly Entry[]) {
  const prefix = index.slice(0, Math.max(0, index.length - ordered.length));
  const suffix = index.slice(prefix.length);
  const isOrder =
    suffix.length === ordered.length &&
    suffix.every(({ field, mode }, at) => {
      return ordered[at]?.field === field && ordered[at].mode === mode;
    });
  // In which direction equal values lie does not matter.
  const isEqual = prefix.every(({ field, mode }) =>
    equal.some((entry) => {
      return entry.field === field && (entry.mode === 'CONTAINS') === (mode === 'CONTAINS');
    }),
  );
  return isOrder && isEqual;
}
