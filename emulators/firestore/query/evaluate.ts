import type { StoredDocument } from '../model/document.js';
import type { FieldPath } from '../model/fieldPath.js';
import { isNameField, selectFields } from '../model/fieldPath.js';
import type { DatabaseId } from '../model/path.js';
import { collectionOf, isBelow, joinPath, lastSegment } from '../model/path.js';
import type { Documents } from '../storage/documentStore.js';
import { fieldOf, matchesFilter } from './filter.js';
import { findNearest } from './nearest.js';
import { compareDocuments, compareToCursor } from './order.js';
import type { Query } from './query.js';
import { bestScan } from './scan.js';

/** A query's documents in its order, and how many its offset skipped. */
export interface QueryResult {
  readonly documents: readonly StoredDocument[];
  readonly skipped: number;
}

/** Evaluates a query; the documents are whole (see project for its selection of fields). */
export function evaluateQuery(database: DatabaseId, store: Documents, query: Query): QueryResult {
  const wanted = query.limit === undefined ? Infinity : query.offset + query.limit;
  const documents: StoredDocument[] = [];
  let found = 0;
  for (const document of inOrder(database, store, query)) {
    if (found >= wanted) break;
    found += 1;
    if (found > query.offset) documents.push(document);
  }
  return {
    documents: query.nearest === undefined ? documents : findNearest(documents, query.nearest),
    skipped: Math.min(query.offset, found),
  };
}

/** The documents that match, in the query's order; no more are looked at than are asked for where an index allows it. */
function* inOrder(database: DatabaseId, store: Documents, query: Query): Iterable<StoredDocument> {
  const scan = bestScan(database, store, query);
  const matches = matching(database, scan?.documents ?? candidates(store, query), query);
  if (scan?.order === 'whole') {
    yield* matches;
    return;
  }
  const compare = (a: StoredDocument, b: StoredDocument): number =>
    compareDocuments(database, a, b, query.orderBy);
  const groups = scan?.order === 'first' ? byFirstField(database, matches, query) : [matches];
  for (const group of groups) yield* [...group].sort(compare);
}

function* matching(
  database: DatabaseId,
  documents: Iterable<StoredDocument>,
  query: Query,
): Iterable<StoredDocument> {
  for (const document of documents) if (matchesQuery(database, document, query)) yield document;
}

/** Parts documents that are in the order of the first field into those that have it alike. */
function* byFirstField(
  database: DatabaseId,
  documents: Iterable<StoredDocument>,
  query: Query,
): Iterable<StoredDocument[]> {
  const first = query.orderBy.slice(0, 1);
  let group: StoredDocument[] = [];
  for (const document of documents) {
    const [other] = group;
    if (other !== undefined && compareDocuments(database, other, document, first) !== 0) {
      yield group;
      group = [];
    }
    group.push(document);
  }
  yield group;
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

/** A document with some of its fields alone, or whole where no selection is given. */
export function project(
  document: StoredDocument,
  selection: readonly FieldPath[] | undefined,
): StoredDocument {
  return selection === undefined
    ? document
    : { ...document, fields: selectFields(document.fields, selection) };
}

/** Whether a document is in one of the collections that a query looks through. */
export function isInScope(path: string, query: Query): boolean {
  const collection = collectionOf(path);
  if (query.collectionId !== undefined && lastSegment(collection) !== query.collectionId) {
    return false;
  }
  if (query.allDescendants) return isBelow(path, query.parent);
  const depth = query.parent === '' ? 1 : query.parent.split('/').length + 1;
  return collection.split('/').length === depth && isBelow(collection, query.parent);
}

function candidates(store: Documents, query: Query): Iterable<StoredDocument> {
  return query.allDescendants || query.collectionId === undefined
    ? store.descendants(query.parent, query.collectionId)
    : store.collection(joinPath(query.parent, query.collectionId));
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
