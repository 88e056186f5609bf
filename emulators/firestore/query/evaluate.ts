import type { Documents } from '../documentStore.js';
import { compareValues } from '../model/compare.js';
import type { StoredDocument } from '../model/document.js';
import { isNameField, selectFields } from '../model/fieldPath.js';
import type { DatabaseId } from '../model/path.js';
import { collectionOf, joinPath, lastSegment } from '../model/path.js';
import { fieldOf, matchesFilter } from './filter.js';
import { findNearest } from './nearest.js';
import type { Cursor, Order, Query } from './query.js';

/** A query's documents in its order, and how many its offset skipped. */
export interface QueryResult {
  readonly documents: readonly StoredDocument[];
  readonly skipped: number;
}

/** Evaluates a query; the documents are whole (see project for its selection of fields). */
export function evaluateQuery(database: DatabaseId, store: Documents, query: Query): QueryResult {
  const matches = [...candidates(store, query)]
    .filter((document) => matchesQuery(database, document, query))
    .sort((a, b) => compareDocuments(database, a, b, query.orderBy));
  const end = query.limit === undefined ? undefined : query.offset + query.limit;
  const documents = matches.slice(query.offset, end);
  return {
    documents: query.nearest === undefined ? documents : findNearest(documents, query.nearest),
    skipped: Math.min(query.offset, matches.length),
  };
}

/** Whether a document belongs to a query, its offset and limit apart. */
export function matchesQuery(
  database: DatabaseId,
  document: StoredDocument,
  query: Query,
): boolean {
  return (
    isInScope(document.path, query) &&
    query.orderBy.every(
      ({ field }) => isNameField(field) || fieldOf(database, document, field) !== undefined,
    ) &&
    (query.where === undefined || matchesFilter(database, document, query.where)) &&
    isWithinCursors(database, document, query)
  );
}

/** The document with only the fields that the query selects. */
export function project(document: StoredDocument, query: Query): StoredDocument {
  return query.select === undefined
    ? document
    : { ...document, fields: selectFields(document.fields, query.select) };
}

/** Whether a document is in one of the collections that a query looks through. */
export function isInScope(path: string, query: Query): boolean {
  const collection = collectionOf(path);
  if (query.collectionId !== undefined && lastSegment(collection) !== query.collectionId) {
    return false;
  }
  if (query.allDescendants) return query.parent === '' || path.startsWith(`${query.parent}/`);
  const depth = query.parent === '' ? 1 : query.parent.split('/').length + 1;
  return (
    collection.split('/').length === depth &&
    (query.parent === '' || collection.startsWith(`${query.parent}/`))
  );
}

function candidates(store: Documents, query: Query): Iterable<StoredDocument> {
  return query.allDescendants || query.collectionId === undefined
    ? store.descendants(query.parent, query.collectionId)
    : store.collection(joinPath(query.parent, query.collectionId));
}

function compareDocuments(
  database: DatabaseId,
  a: StoredDocument,
  b: StoredDocument,
  orderBy: readonly Order[],
): number {
  for (const { field, descending } of orderBy) {
    const valueA = fieldOf(database, a, field);
    const valueB = fieldOf(database, b, field);
    if (valueA === undefined || valueB === undefined) continue;
    const result = compareValues(valueA, valueB);
    if (result !== 0) return descending ? -result : result;
  }
  return 0;
}

function isWithinCursors(database: DatabaseId, document: StoredDocument, query: Query): boolean {
  const { startAt, endAt } = query;
  if (startAt !== undefined) {
    const order = compareToCursor(database, document, query.orderBy, startAt);
    if (startAt.before ? order < 0 : order <= 0) return false;
  }
  if (endAt !== undefined) {
    const order = compareToCursor(database, document, query.orderBy, endAt);
    if (endAt.before ? order >= 0 : order > 0) return false;
  }
  return true;
}

function compareToCursor(
  database: DatabaseId,
  document: StoredDocument,
  orderBy: readonly Order[],
  cursor: Cursor,
): number {
  for (const [index, bound] of cursor.values.entries()) {
    const order = orderBy[index];
    const value = order && fieldOf(database, document, order.field);
    if (order === undefined || value === undefined) continue;
    const result = compareValues(value, bound);
    if (result !== 0) return order.descending ? -result : result;
  }
  return 0;
}
