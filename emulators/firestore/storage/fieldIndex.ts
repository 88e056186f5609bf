import { compareValues } from '../model/compare.js';
import type { StoredDocument } from '../model/document.js';
import type { FieldPath } from '../model/fieldPath.js';
import { getField, isNameField } from '../model/fieldPath.js';
import { compareNames } from '../model/path.js';
import { SortedList } from './sortedList.js';

/** The documents of a collection, or of a group of them, that have a field: by its value, then by name. */
export type FieldIndex = SortedList<StoredDocument>;

/** Builds the index of a field over some documents. */
export function indexField(field: FieldPath, documents: Iterable<StoredDocument>): FieldIndex {
  return new SortedList(orderBy(field), having(field, documents));
}

/** Whether a document is in the index of a field. */
export function hasField(field: FieldPath, document: StoredDocument): boolean {
  return isNameField(field) || getField(document.fields, field) !== undefined;
}

function* having(field: FieldPath, documents: Iterable<StoredDocument>): Iterable<StoredDocument> {
  for (const document of documents) if (hasField(field, document)) yield document;
}

function orderBy(field: FieldPath): (a: StoredDocument, b: StoredDocument) => number {
  const byName = (a: StoredDocument, b: StoredDocument): number =>
    a.path === b.path ? 0 : compareNames(a.path, b.path);
  if (isNameField(field)) return byName;
  return (a, b) => {
    const valueA = getField(a.fields, field);
    const valueB = getField(b.fields, field);
    const order = valueA && valueB ? compareValues(valueA, valueB) : 0;
    return order === 0 ? byName(a, b) : order;
  };
}
