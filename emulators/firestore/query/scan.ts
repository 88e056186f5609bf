import { compareValues, typeOrder } from '../model/compare.js';
import type { StoredDocument } from '../model/document.js';
import type { FieldPath } from '../model/fieldPath.js';
import { formatFieldPath, isNameField } from '../model/fieldPath.js';
import type { DatabaseId } from '../model/path.js';
import type { Value } from '../model/value.js';
import { NULL_VALUE } from '../model/value.js';
import type { Documents } from '../storage/documentStore.js';
import type { FieldIndex } from '../storage/fieldIndex.js';
import { fieldOf } from './filter.js';
import { compareToCursor } from './order.js';
import type { Cursor, FieldFilter, Filter, Query } from './query.js';

/** A stretch of an index that has every document of a query, and others. */
export interface Scan {
  readonly documents: Iterable<StoredDocument>;
  /** How much of the query's order the stretch is in: all of it, its first field only, or nothing. */
  readonly order: 'whole' | 'first' | 'none';
}

interface Stretch {
  readonly index: FieldIndex;
  readonly start: number;
  readonly end: number;
  readonly order: Scan['order'];
}

const NAN: Value = { type: 'double', value: NaN };

/**
 * The cheapest way through an index to a query's documents; undefined where all of the collection
 * must be looked through.
 */
export function bestScan(database: DatabaseId, store: Documents, query: Query): Scan | undefined {
  const planner = new Planner(database, store, query);
  const byFilter = conjuncts(query.where).flatMap((filter) => planner.ofFilter(filter) ?? []);
  const all = [...byFilter, ...planner.ofOrder()];
  const fewest = Math.min(...byFilter.map(sizeOf));
  const wanted = query.limit === undefined ? Infinity : query.offset + query.limit;
  // With a limit, a walk in the query's order ends early: after as many as hold the documents wanted, where
  // the documents that the filters find are spread evenly over it.
  const cost = (stretch: Stretch): number => {
    const size = sizeOf(stretch);
    const spread = Math.max(1, size / Math.max(1, Math.min(fewest, size)));
    return stretch.order === 'none' ? size : Math.min(size, wanted * spread);
  };
  const [first, ...rest] = all;
  if (first === undefined) return undefined;
  const best = rest.reduce((a, b) => (cost(b) < cost(a) ? b : a), first);
  const backwards = best.order !== 'none' && query.orderBy[0]?.descending === true;
  return { documents: best.index.slice(best.start, best.end, backwards), order: best.order };
}

/** Finds the stretches of indexes that one query may be answered from. */
class Planner {
  constructor(
    private readonly database: DatabaseId,
    private readonly store: Documents,
    private readonly query: Query,
  ) {}

  /** Where the documents are that meet a filter, or undefined where that is no one place. */
  ofFilter(filter: Filter): Stretch | undefined {
    if (filter.kind === 'unary') {
      const value = { IS_NULL: NULL_VALUE, IS_NAN: NAN, IS_NOT_NULL: null, IS_NOT_NAN: null };
      const equal = value[filter.operator];
      return equal === null ? undefined : this.equalTo(filter.field, equal);
    }
    if (filter.kind !== 'field') return undefined;
    return filter.operator === 'EQUAL'
      ? this.equalTo(filter.field, filter.value)
      : this.inRange(filter);
  }

  /** The whole of the first order's field, between the cursors, where a limit may end the walk. */
  ofOrder(): Stretch[] {
    const { orderBy, limit, startAt, endAt } = this.query;
    const field = orderBy[0]?.field;
    if (field === undefined) return [];
    if (limit === undefined && startAt === undefined && endAt === undefined) return [];
    const stretch = this.stretch(
      field,
      () => true,
      () => false,
      this.orderOf(field),
    );
    return stretch === undefined ? [] : [stretch];
  }

  private equalTo(field: FieldPath, value: Value): Stretch | undefined {
    // Among documents of one value the index is in the order of names.
    const isByName = this.query.orderBy.length === 1;
    return this.stretch(
      field,
      (other) => compareValues(other, value) >= 0,
      (other) => compareValues(other, value) > 0,
      isByName ? 'whole' : this.orderOf(field),
    );
  }

  private inRange({ field, operator, value }: FieldFilter): Stretch | undefined {
    const rank = typeOrder(value);
    const order = this.orderOf(field);
    const from = (other: Value): boolean => typeOrder(other) >= rank;
    const beyond = (other: Value): boolean => typeOrder(other) > rank;
    const above = (least: number) => (other: Value) => compareValues(other, value) >= least;
    switch (operator) {
      case 'GREATER_THAN':
        return this.stretch(field, above(1), beyond, order);
      case 'GREATER_THAN_OR_EQUAL':
        return this.stretch(field, above(0), beyond, order);
      case 'LESS_THAN':
        return this.stretch(field, from, above(0), order);
      case 'LESS_THAN_OR_EQUAL':
        return this.stretch(field, from, above(1), order);
      default:
        return undefined;
    }
  }

  /** What of the query's order an index of a field is in. */
  private orderOf(field: FieldPath): Scan['order'] {
    const [first, second] = this.query.orderBy;
    if (first === undefined || !isSame(first.field, field)) return 'none';
    if (second === undefined) return 'whole';
    return isNameField(second.field) && second.descending === first.descending ? 'whole' : 'first';
  }

  private stretch(
    field: FieldPath,
    isIn: (value: Value) => boolean,
    isBeyond: (value: Value) => boolean,
    order: Scan['order'],
  ): Stretch | undefined {
    const index = this.store.index(this.query, field);
    if (index === undefined) return undefined;
    const { start: from, end: until } = this.cursorTests(order);
    const valueOf = (document: StoredDocument): Value =>
      fieldOf(this.database, document, field) ?? NULL_VALUE;
    // A cursor is in order among the values of the stretch alone: the tests ask it of no others.
    const start = index.position((document) => {
      const value = valueOf(document);
      return isBeyond(value) || (isIn(value) && from(document));
    });
    const end = index.position((document) => {
      const value = valueOf(document);
      return isBeyond(value) || (isIn(value) && until(document));
    });
    return { index, start, end, order };
  }

  /** Whether a document is, in the order of the index, at or after the start and after the end. */
  private cursorTests(order: Scan['order']): {
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

function sizeOf({ start, end }: Stretch): number {
  return Math.max(0, end - start);
}

function conjuncts(filter: Filter | undefined): readonly Filter[] {
  if (filter === undefined) return [];
  return filter.kind === 'and' ? filter.filters.flatMap(conjuncts) : [filter];
}

function isSame(a: FieldPath, b: FieldPath): boolean {
  return formatFieldPath(a) === formatFieldPath(b);
}
