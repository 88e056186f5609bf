import { compareValues } from '../model/compare.js';
import type { StoredDocument } from '../model/document.js';
import type { DatabaseId } from '../model/path.js';
import { fieldOf } from './filter.js';
import type { Cursor, Order } from './query.js';

/** The order of two documents that have all of the fields. */
export function compareDocuments(
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

/** Whether a document comes before (negative) or after a cursor's values; 0 for having them. */
export function compareToCursor(
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
