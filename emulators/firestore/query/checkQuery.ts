import { formatFieldPath, isNameField } from '../model/fieldPath.js';
import { checkCollectionId } from '../model/path.js';
import { Code, FirestoreError } from '../model/status.js';
import type { FieldFilter, Filter, Order, Query } from './query.js';
import { isInequality } from './query.js';

/**
 * Figures: firebase.google.com/docs/firestore/query-data/queries ("Query limitations") and
 * firebase.google.com/docs/firestore/vector-search ("Limitations").
 */
const MAX_NOT_IN_VALUES = 10;
const MAX_DISJUNCTIONS = 30;
const MAX_RANGE_FIELDS = 10;
const MAX_NEAREST_RESULTS = 1000;
const MAX_DIMENSIONS = 2048;

const NEGATIONS = new Set(['NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', 'IS_NOT_NULL']);

/**
 * Refuses what Firestore does not run, with its own status and words.
 *
 * @param explicitOrder what the request orders by, for cursors have values for that alone
 */
export function checkQuery(query: Query, explicitOrder: readonly Order[]): void {
  if (query.collectionId !== undefined) checkCollectionId(query.collectionId);
  if (query.offset < 0) throw invalid('offset is negative');
  if (query.limit !== undefined && query.limit < 0) throw invalid('limit is negative');
  checkOrder(query, explicitOrder);
  checkCursors(query, explicitOrder);
  if (query.where !== undefined) checkFilter(query.where);
  checkNearest(query);
}

function checkOrder(query: Query, explicitOrder: readonly Order[]): void {
  const names = explicitOrder.map(({ field }) => formatFieldPath(field));
  const duplicate = names.find((name, index) => names.indexOf(name) < index);
  if (duplicate !== undefined) {
    throw invalid(`order by clause cannot contain duplicate fields ${duplicate}`);
  }
  if (query.orderBy.findIndex(({ field }) => isNameField(field)) < query.orderBy.length - 1) {
    throw invalid('order by clause cannot contain more fields after the key');
  }
}

function checkCursors(query: Query, explicitOrder: readonly Order[]): void {
  for (const cursor of [query.startAt, query.endAt]) {
    if (cursor === undefined) continue;
    if (cursor.values.length > explicitOrder.length) throw invalid('Cursor has too many values.');
    const name = cursor.values[explicitOrder.findIndex(({ field }) => isNameField(field))];
    if (name !== undefined && name.type !== 'reference') {
      throw invalid('Cursor __key__ value is not a document reference.');
    }
  }
}

function checkFilter(where: Filter): void {
  const leaves = leavesOf(where);
  for (const leaf of leaves) if (leaf.kind === 'field') checkFieldFilter(leaf);
  const operators = leaves.map(({ operator }) => operator);
  if (operators.filter((operator) => NEGATIONS.has(operator)).length > 1) {
    throw invalid(
      "Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter allowed per query.",
    );
  }
  const disjunctions = countDisjunctions(where);
  const hasIn = operators.includes('IN') || operators.includes('ARRAY_CONTAINS_ANY');
  // Google's service refuses OR here too; its emulator, and its SDKs' tests on that, do not.
  if (operators.includes('NOT_IN') && hasIn) {
    throw invalid(
      "'NOT_IN' cannot be used in the same query with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'.",
    );
  }
  if (countArrayFilters(where) > 1) {
    throw invalid("A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction.");
  }
  if (disjunctions > MAX_DISJUNCTIONS) {
    throw invalid(
      `Too many disjunctions after normalization. Result had ${disjunctions} disjunctions ` +
        `which is more than the maximum of ${MAX_DISJUNCTIONS}`,
    );
  }
  const ranges = leaves.filter(({ operator }) => isInequality(operator));
  if (new Set(ranges.map(({ field }) => formatFieldPath(field))).size > MAX_RANGE_FIELDS) {
    throw invalid(`Cannot have inequality filters on more than ${MAX_RANGE_FIELDS} properties.`);
  }
  const byName = leaves.filter(({ field }) => isNameField(field));
  const namesOne = byName.some(({ operator }) => operator === 'EQUAL' || operator === 'IN');
  if (ranges.length > 0 && namesOne && !byName.some(({ operator }) => isInequality(operator))) {
    throw invalid(
      'Equality on key is not allowed if there are other inequality fields and key does not appear in inequalities.',
    );
  }
}

function checkFieldFilter({ field, operator, value }: FieldFilter): void {
  const isList = operator === 'IN' || operator === 'NOT_IN' || operator === 'ARRAY_CONTAINS_ANY';
  if (isList) {
    if (value.type !== 'array') throw invalid(`'${operator}' requires an ArrayValue.`);
    const count = value.values.length;
    if (count === 0) throw invalid(`'${operator}' requires an non-empty ArrayValue.`);
    const limit = operator === 'NOT_IN' ? MAX_NOT_IN_VALUES : MAX_DISJUNCTIONS;
    if (count > limit) throw invalid(`'${operator}' supports up to ${limit} comparison values.`);
  }
  if (!isNameField(field)) return;
  const operands = isList && value.type === 'array' ? value.values : [value];
  if (operands.some(({ type }) => type !== 'reference')) {
    throw invalid('__key__ filter value must be a Key');
  }
}

function checkNearest({ nearest }: Query): void {
  if (nearest === undefined) return;
  if (!(nearest.limit >= 1 && nearest.limit <= MAX_NEAREST_RESULTS)) {
    throw invalid(
      `FindNearest.limit must be a positive integer of no more than ${MAX_NEAREST_RESULTS}`,
    );
  }
  const { length } = nearest.vector;
  if (length === 0) throw invalid('Cannot have a zero length vector.');
  if (length > MAX_DIMENSIONS) {
    throw invalid(`Vector dimensions must be at most ${MAX_DIMENSIONS}. Found ${length}.`);
  }
}

/** How many conjunctions a filter becomes in disjunctive normal form. */
function countDisjunctions(filter: Filter): number {
  if (filter.kind === 'unary') return 1;
  if (filter.kind === 'field') {
    const isAny = filter.operator === 'IN' || filter.operator === 'ARRAY_CONTAINS_ANY';
    return isAny && filter.value.type === 'array' ? filter.value.values.length : 1;
  }
  const counts = filter.filters.map(countDisjunctions);
  return filter.kind === 'or'
    ? counts.reduce((sum, count) => sum + count, 0)
    : counts.reduce((product, count) => product * count, 1);
}

/** The most filters on arrays in one conjunction of the disjunctive normal form. */
function countArrayFilters(filter: Filter): number {
  if (filter.kind === 'unary') return 0;
  if (filter.kind === 'field') return Number(filter.operator.startsWith('ARRAY_CONTAINS'));
  const counts = filter.filters.map(countArrayFilters);
  return filter.kind === 'or'
    ? Math.max(0, ...counts)
    : counts.reduce((sum, count) => sum + count, 0);
}

function leavesOf(filter: Filter): Exclude<Filter, { kind: 'and' | 'or' }>[] {
  return 'filters' in filter ? filter.filters.flatMap(leavesOf) : [filter];
}

function invalid(message: string): FirestoreError {
  return new FirestoreError(Code.InvalidArgument, message);
}
