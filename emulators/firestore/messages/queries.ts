import type { google } from '@google-cloud/firestore/build/protos/firestore_v1_proto_api.js';
import { parseFieldPath } from '../model/fieldPath.js';
import type { FieldPath } from '../model/fieldPath.js';
import { Code, FirestoreError } from '../model/status.js';
import { vectorElements } from '../model/value.js';
import type { Aggregation } from '../query/aggregate.js';
import { checkQuery } from '../query/checkQuery.js';
import type { DistanceMeasure, Nearest } from '../query/nearest.js';
import type { Cursor, Filter, Query } from '../query/query.js';
import { FIELD_OPERATORS, UNARY_OPERATORS, completeOrder } from '../query/query.js';
import { fromValueMessage, isSet } from './documents.js';

export type StructuredQuery = google.firestore.v1.IStructuredQuery;
type FilterMessage = google.firestore.v1.StructuredQuery.IFilter;
type FieldReference = google.firestore.v1.StructuredQuery.IFieldReference;

const MEASURES: readonly DistanceMeasure[] = ['EUCLIDEAN', 'COSINE', 'DOT_PRODUCT'];

/** Reads a structured query below a parent's path; refuses what is not one or not supported. */
export function fromStructuredQuery(parent: string, message: StructuredQuery): Query {
  const [selector] = message.from ?? [];
  const where = isSet(message.where) ? fromFilter(message.where) : undefined;
  const orders = (message.orderBy ?? []).map(({ field, direction }) => ({
    field: fromFieldReference(field),
    descending: direction === 'DESCENDING',
  }));
  const collectionId = selector?.collectionId;
  const query: Query = {
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
    ...(isSet(message.findNearest) && { nearest: fromFindNearest(message.findNearest) }),
  };
  checkQuery(query, orders);
  return query;
}

function fromFindNearest(message: google.firestore.v1.StructuredQuery.IFindNearest): Nearest {
  const { limit, distanceResultField, distanceThreshold } = message;
  const measure = MEASURES.find((known) => known === message.distanceMeasure);
  if (measure === undefined) throw invalid('Unknown Distance Measure.');
  const vector = vectorElements(fromValueMessage(message.queryVector ?? {}));
  if (vector === undefined) throw invalid('FindNearest requires a query vector.');
  const threshold = distanceThreshold?.value;
  return {
    field: fromFieldReference(message.vectorField),
    vector: vector.map((element) => Number(element.value)),
    measure,
    limit: limit?.value ?? 0,
    ...(isSet(distanceResultField) &&
      distanceResultField !== '' && { resultField: parseFieldPath(distanceResultField) }),
    ...(isSet(threshold) && { threshold }),
  };
}

/** The documented limit of aggregations in one query. */
const MAX_AGGREGATIONS = 5;

/** Reads the aggregations of an aggregation query. */
export function fromAggregations(
  message: google.firestore.v1.IStructuredAggregationQuery,
): Aggregation[] {
  const aggregations = message.aggregations ?? [];
  if (aggregations.length > MAX_AGGREGATIONS) {
    throw invalid(
      `The maximum number of aggregations allowed in an aggregation query is ${MAX_AGGREGATIONS}. Received: ${aggregations.length}`,
    );
  }
  return aggregations.map(({ alias, count, sum, avg }, index): Aggregation => {
    const name = isSet(alias) && alias !== '' ? alias : `field_${index + 1}`;
    if (isSet(count)) {
      const upTo = count.upTo?.value;
      return { kind: 'count', alias: name, ...(isSet(upTo) && { upTo: Number(upTo) }) };
    }
    if (isSet(sum)) return { kind: 'sum', alias: name, field: fromFieldReference(sum.field) };
    if (isSet(avg)) return { kind: 'average', alias: name, field: fromFieldReference(avg.field) };
    throw invalid('An aggregation has no operator.');
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
    return { kind: 'field', field, operator, value };
  }
  const operator = UNARY_OPERATORS.find((known) => known === unaryFilter?.op);
  if (operator === undefined) throw unknownOperator(unaryFilter?.op);
  return { kind: 'unary', field: fromFieldReference(unaryFilter?.field), operator };
}

function fromFieldReference(message: FieldReference | null | undefined): FieldPath {
  return parseFieldPath(message?.fieldPath ?? '');
}

/** A position in a query's order from the wire. */
export function fromCursor(message: google.firestore.v1.ICursor): Cursor {
  return {
    values: (message.values ?? []).map(fromValueMessage),
    before: message.before ?? false,
  };
}

function unknownOperator(operator: unknown): FirestoreError {
  return invalid(`Unknown filter operator: ${String(operator)}.`);
}

function invalid(message: string): FirestoreError {
  return new FirestoreError(Code.InvalidArgument, message);
}
