import assert from 'node:assert/strict';
import type { RulesValue, Ruleset } from '../../rules/api.js';
import { compileRules } from '../../rules/compile.js';
import { formatName } from '../model/path.js';
import type { Value } from '../model/value.js';
import type { FieldOperator, Filter, Query } from '../query/query.js';
import { completeOrder } from '../query/query.js';
import { queryCases } from './queryProof.js';

/** A value as specs write it. */
export type Plain = null | boolean | number | string | readonly Plain[];

export const database = { projectId: 'demo', databaseId: '(default)' };

export function valueOf(plain: Plain): Value {
  if (plain === null) return { type: 'null' };
  if (typeof plain === 'boolean') return { type: 'boolean', value: plain };
  if (typeof plain === 'string') return { type: 'string', value: plain };
  if (typeof plain !== 'number') return { type: 'array', values: plain.map(valueOf) };
  return Number.isInteger(plain)
    ? { type: 'integer', value: BigInt(plain) }
    : { type: 'double', value: plain };
}

const symbols = {
  '==': 'EQUAL',
  '!=': 'NOT_EQUAL',
  '<': 'LESS_THAN',
  '<=': 'LESS_THAN_OR_EQUAL',
  '>': 'GREATER_THAN',
  '>=': 'GREATER_THAN_OR_EQUAL',
  in: 'IN',
  'not-in': 'NOT_IN',
  'array-contains': 'ARRAY_CONTAINS',
  'array-contains-any': 'ARRAY_CONTAINS_ANY',
} as const satisfies Readonly<Record<string, FieldOperator>>;
/** An operator as the SDKs write it. */
export type Symbol = keyof typeof symbols;

export const where = (field: string, symbol: Symbol, operand: Plain): Filter => {
  const value: Value =
    field === '__name__'
      ? { type: 'reference', value: formatName(database, String(operand)) }
      : valueOf(operand);
  return { kind: 'field', field: field.split('.'), operator: symbols[symbol], value };
};
export const and = (...filters: Filter[]): Filter => ({ kind: 'and', filters });
export const or = (...filters: Filter[]): Filter => ({ kind: 'or', filters });

/** A query of `people`. */
export function queryOf(filter: Filter, orderBy: readonly string[] = []): Query {
  const explicit = orderBy.map((field) => ({ field: field.split('.'), descending: false }));
  return {
    ...{ parent: '', collectionId: 'people', allDescendants: false, offset: 0, where: filter },
    orderBy: completeOrder(explicit, filter),
  };
}

/** Rules that let `people` be read on a condition. */
export function rulesFor(condition: string): Ruleset {
  const { ruleset, issues } = compileRules(
    `rules_version = '2'; service cloud.firestore { match /databases/{db}/documents {
       function same(x, y) { let z = x; return z == y || x == z && y == x; }
       match /people/{id} { allow read: if ${condition}; } } }`,
    'cloud.firestore',
  );
  assert.ok(ruleset, issues[0]?.message);
  return ruleset;
}

/** Whether rules allow a request by nobody. */
export async function permits(
  ruleset: Ruleset,
  method: 'get' | 'list',
  path: readonly string[],
  resource: RulesValue,
): Promise<boolean> {
  const decision = await ruleset.evaluate({
    ...{ method, path, resource, requestResource: { type: 'null' }, time: new Date(0) },
    request: new Map([['auth', { type: 'null' }]]),
    getDocument: () => Promise.resolve(null),
    getDocumentAfter: () => Promise.resolve(null),
  });
  return decision.permit;
}

/** Whether a query proves rules for all that it can find. */
export async function isProven(ruleset: Ruleset, query: Query): Promise<boolean> {
  for (const { path, resource } of queryCases(database.databaseId, query)) {
    if (!(await permits(ruleset, 'list', path, resource))) return false;
  }
  return true;
}
