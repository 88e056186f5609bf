import type { google } from '@google-cloud/firestore/build/protos/firestore_v1_proto_api.js';
import { parseFieldPath } from '../model/fieldPath.js';
import type { FieldPath } from '../model/fieldPath.js';
import { Code, FirestoreError } from '../model/status.js';
import type { Value } from '../model/value.js';
import type { Aggregation } from '../query/aggregate.js';
import type { Cursor, FieldOperator, Filter, Query, UnaryOperator } from '../query/query.js';
import { completeOrder } from '../query/query.js';
import { fromValueMessage, isSet } from './documents.js';

type StructuredQuery = google.firestore.v1.IStructuredQuery;
type FilterMessage = google.firestore.v1.StructuredQuery.IFilter;
type FieldReference = google.firestore.v1.StructuredQuery.IFieldReference;

const FIELD_OPERATORS: readonly FieldOperator[] = [
  'LESS_THAN',
  'LESS_THAN_OR_EQUAL',
  'GREATER_THAN',
  'GREATER_THAN_OR_EQUAL',
  'EQUAL',
  'NOT_EQUAL',
  'ARRAY_CONTAINS',
  'IN',
  'ARRAY_CONTAINS_ANY',
  'NOT_IN',
];
const UNARY_OPERATORS: readonly UnaryOperator[] = [
  'IS_NAN',
  'IS_NULL',
  'IS_NOT_NAN',
  'IS_NOT_NULL',
];

/** firebase.google.com/docs/firestore/query-data/queries, "Query limitations". */
const MAX_OPERANDS: Partial<Record<FieldOperator, number>> = {
  IN: 30,
  ARRAY_CONTAINS_ANY: 30,
  NOT_IN: 10,
};

/** Reads a structured query below a parent's path; refuses what is not one or not supported. */
export function fromStructuredQuery(parent: string, message: StructuredQuery): Query {
  if (isSet(message.findNearest)) {
    throw new FirestoreError(Code.Unimplemented, 'Vector search is not supported.');
  }
  const [selector] = message.from ?? [];
  const where = isSet(message.where) ? fromFilter(message.where) : undefined;
  const orders = (message.orderBy ?? []).map(({ field, direction }) => ({
    field: fromFieldReference(field),
    descending: direction === 'DESCENDING',
  }));
  const collectionId = selector?.collectionId;
  return {
    parent,
    ...(isSet(collectionId) && collectionId !== '' && { collectionId }),
    allDescendants: selector?.allDescendants ?? false,
    ...(where !== undefined && { where }),
    orderBy: completeOrder(orders, where),
    ...(isSet(message.startAt) && { startAt: fromCursor(message.startAt) }),
    ...(isSet(message.endAt) && { endAt: fromCursor(message.endAt) }),
    offset: message.offset ?? 0,
    ...(isSet(message.limit) && { limit: message.limit.value ?? 0 }),
    ...(isSet(message.select) && { select: (message.select.fields ?? []).map(fromFieldReference) }),
  };
}

/** Reads the aggregations of an aggregation query. */
export function fromAggregations(
  message: google.firestore.v1.IStructuredAggregationQuery,
): Aggregation[] {
  return (message.aggregations ?? []).map(({ alias, count, sum, avg }, index): Aggregation => {
    const name = isSet(alias) && alias !== '' ? alias : `field_${index + 1}`;
    if (isSet(count)) {
      const upTo = count.upTo?.value;
      return { kind: 'count', alias: name, ...(isSet(upTo) && { upTo: Number(upTo) }) };
    }
    if (isSet(sum)) return { kind: 'sum', alias: name, field: fromFieldReference(sum.field) };
    if (isSet(avg)) return { kind: 'average', alias: name, field: fromFieldReference(avg.field) };
    throw new FirestoreError(Code.InvalidArgument, 'An aggregation has no operator.');
  });
}

function fromFilter(message: FilterMessage): Filter {
  const { compositeFilter, fieldFilter, unaryFilter } = message;
  if (isSet(compositeFilter)) {
    const filters = (compositeFilter.filters ?? []).map(fromFilter);
    return { kind: compositeFilter.op === 'OR' ? 'or' : 'and', filters };
  }
  if (isSet(fieldFilter)) {
    const field = fromFieldReference(fieldFilter.field);
    const operator = FIELD_OPERATORS.find((known) => known === fieldFilter.op);
    if (operator === undefined) throw unknownOperator(fieldFilter.op);
    const value = fromValueMessage(fieldFilter.value ?? {});
    checkOperand(operator, value);
    return { kind: 'field', field, operator, value };
  }
  const operator = UNARY_OPERATORS.find((known) => known === unaryFilter?.op);
  if (operator === undefined) throw unknownOperator(unaryFilter?.op);
  return { kind: 'unary', field: fromFieldReference(unaryFilter?.field), operator };
}

function checkOperand(operator: FieldOperator, value: Value): void {
  const limit = MAX_OPERANDS[operator];
  if (limit === undefined) return;
  if (value.type !== 'array' || value.values.length === 0) {
    throw new FirestoreError(
      Code.InvalidArgument,
      `'${operator}' requires a non-empty ArrayValue.`,
    );
  }
  if (value.values.length > limit) {
    throw new FirestoreError(
      Code.InvalidArgument,
      `'${operator}' supports up to ${limit} comparison values.`,
    );
  }
}

function fromFieldReference(message: FieldReference | null | undefined): FieldPath {
  return parseFieldPath(message?.fieldPath ?? '');
}

function fromCursor(message: google.firestore.v1.ICursor): Cursor {
  return {
    values: (message.values ?? []).map(fromValueMessage),
    before: message.before ?? false,
  };
}

function unknownOperator(operator: unknown): FirestoreError {
  return new FirestoreError(Code.InvalidArgument, `Unknown filter operator: ${String(operator)}.`);
}
