import { compareValues, typeOrder } from '../model/compare.js';
import type { StoredDocument } from '../model/document.js';
import type { FieldPath } from '../model/fieldPath.js';
import { formatFieldPath, isNameField } from '../model/fieldPath.js';
import type { DatabaseId } from '../model/path.js';
import type { Value } from '../model/value.js';
import { NULL_VALUE } from '../model/value.js';
import type { Documents } from '../storage/documentStore.js';
import type { FieldIndex, IndexKind } from '../storage/fieldIndex.js';
import { fieldOf } from './filter.js';
import { compareToCursor } from './order.js';
import type { Cursor, FieldFilter, Query } from './query.js';

/** How much of a query's order documents are in: all of it, its first field only, or nothing. */
export type ScanOrder = 'whole' | 'first' | 'none';

/** A stretch of an index, between the query's cursors, and how much of the query's order it is in. */
export interface Stretch {
  readonly index: FieldIndex;
  readonly start: number;
  readonly end: number;
  readonly order: ScanOrder;
}

/** Where in a stretch's index its values are. */
interface Bounds {
  readonly isIn: (value: Value) => boolean;
  readonly isBeyond: (value: Value) => boolean;
}

/** Finds stretches of indexes for one query; undefined where there is no index, or no one stretch. */
export class Stretches {
  constructor(
    private readonly database: DatabaseId,
    private readonly store: Documents,
    private readonly query: Query,
  ) {}

  /** The whole of a field. */
  of(field: FieldPath): Stretch | undefined {
    const bounds = { isIn: () => true, isBeyond: () => false };
    return this.stretch(field, 'value', bounds, this.orderOf(field));
  }

  /** The documents with a value in a field. */
  equalTo(field: FieldPath, value: Value): Stretch | undefined {
    const order = this.isByName ? 'whole' : this.orderOf(field);
    return this.stretch(field, 'value', boundsOf(value), order);
  }

  /** The documents with an array in a field that has an element. */
  containing(field: FieldPath, element: Value): Stretch | undefined {
    return this.stretch(field, 'elements', boundsOf(element), this.isByName ? 'whole' : 'none');
  }

  /** The documents that meet a range filter. */
  inRange({ field, operator, value }: FieldFilter): Stretch | undefined {
    const rank = typeOrder(value);
    const order = this.orderOf(field);
    const from = (other: Value): boolean => typeOrder(other) >= rank;
    const beyond = (other: Value): boolean => typeOrder(other) > rank;
    const above = (least: number) => (other: Value) => compareValues(other, value) >= least;
    const stretch = (isIn: Bounds['isIn'], isBeyond: Bounds['isBeyond']): Stretch | undefined =>
      this.stretch(field, 'value', { isIn, isBeyond }, order);
    switch (operator) {
      case 'GREATER_THAN':
        return stretch(above(1), beyond);
      case 'GREATER_THAN_OR_EQUAL':
        return stretch(above(0), beyond);
      case 'LESS_THAN':
        return stretch(from, above(0));
      case 'LESS_THAN_OR_EQUAL':
        return stretch(from, above(1));
      default:
        return undefined;
    }
  }

  /** Entries of one value are in the order of names. */
  private get isByName(): boolean {
    return this.query.orderBy.length === 1;
  }

  /** What of the query's order an index of a field's values is in. */
  private orderOf(field: FieldPath): ScanOrder {
    const [first, second] = this.query.orderBy;
    if (first === undefined || !isSame(first.field, field)) return 'none';
    if (second === undefined) return 'whole';
    return isNameField(second.field) && second.descending === first.descending ? 'whole' : 'first';
  }

  private stretch(
    field: FieldPath,
    kind: IndexKind,
    { isIn, isBeyond }: Bounds,
    order: ScanOrder,
  ): Stretch | undefined {
    const index = this.store.index(this.query, field, kind);
    if (index === undefined) return undefined;
    const { start: from, end: until } = this.cursorTests(order);
    // A cursor is in order among the values of the stretch alone: the tests ask it of no others.
    const place = (isThere: (document: StoredDocument) => boolean): number =>
      index.position((document, element) => {
        const value = element ?? fieldOf(this.database, document, field) ?? NULL_VALUE;
        return isBeyond(value) || (isIn(value) && isThere(document));
      });
    return { index, start: place(from), end: place(until), order };
  }

  /** Whether a document is, in the order of the index, at or after the start and after the end. */
  private cursorTests(order: ScanOrder): {
    start: (document: StoredDocument) => boolean;
    end: (document: StoredDocument) => boolean;
  } {
    const { startAt, endAt, orderBy } = this.query;
    const descending = orderBy[0]?.descending === true;
    const depth = { whole: orderBy.length, first: 1, none: 0 }[order];
    const compare = (document: StoredDocument, { before, values }: Cursor): number => {
      const known = { before, values: values.slice(0, depth) };
      const result = compareToCursor(this.database, document, orderBy, known);
      return descending ? -result : result;
    };
    const low = descending ? endAt : startAt;
    const high = descending ? startAt : endAt;
    return {
      start: (document) => low === undefined || compare(document, low) >= 0,
      end: (document) => high !== undefined && compare(document, high) > 0,
    };
  }
}

function boundsOf(value: Value): Bounds {
  return {
    isIn: (other) => compareValues(other, value) >= 0,
    isBeyond: (other) => compareValues(other, value) > 0,
  };
}

function isSame(a: FieldPath, b: FieldPath): boolean {
  return formatFieldPath(a) === formatFieldPath(b);
}
