import type { StoredDocument } from '../model/document.js';
import type { DatabaseId } from '../model/path.js';
import type { Value } from '../model/value.js';
import { NULL_VALUE, elementsOf } from '../model/value.js';
import type { Documents } from '../storage/documentStore.js';
import { merge } from './merge.js';
import { compareDocuments } from './order.js';
import type { FieldFilter, Filter, Query } from './query.js';
import type { ScanOrder, Stretch } from './stretches.js';
import { Stretches } from './stretches.js';

/** Every document of a query, each once, and others, by way of indexes. */
export interface Scan {
  readonly documents: Iterable<StoredDocument>;
  readonly order: ScanOrder;
}

/** Stretches that have, together, every document of a filter. */
interface Plan {
  readonly stretches: readonly Stretch[];
  /** What all of them are in. */
  readonly order: ScanOrder;
  readonly size: number;
}

const NAN: Value = { type: 'double', value: NaN };

/**
 * The cheapest way through indexes to a query's documents; undefined where all of the collection
 * must be looked through.
 */
export function bestScan(database: DatabaseId, store: Documents, query: Query): Scan | undefined {
  const stretches = new Stretches(database, store, query);
  const byFilter = conjuncts(query.where).flatMap((filter) => planOf(stretches, filter) ?? []);
  const fewest = Math.min(...byFilter.map(({ size }) => size));
  const wanted = query.limit === undefined ? Infinity : query.offset + query.limit;
  // With a limit, a walk in the query's order ends early: after as many as hold the documents wanted, where
  // the documents that the filters find are spread evenly over it.
  const cost = ({ order, size }: Plan): number => {
    const spread = Math.max(1, size / Math.max(1, Math.min(fewest, size)));
    return order === 'none' ? size : Math.min(size, wanted * spread);
  };
  const best = cheapest([...byFilter, ...planOfOrder(stretches, query)], cost);
  return best && { documents: walk(database, query, best), order: best.order };
}

/** The stretches where the documents are that meet a filter; undefined where an index does not tell. */
function planOf(stretches: Stretches, filter: Filter): Plan | undefined {
  switch (filter.kind) {
    case 'and': {
      const plans = filter.filters.flatMap((part) => planOf(stretches, part) ?? []);
      return cheapest(plans, ({ size }) => size);
    }
    case 'or':
      return union(filter.filters.map((part) => planOf(stretches, part)));
    case 'unary': {
      const value = { IS_NULL: NULL_VALUE, IS_NAN: NAN, IS_NOT_NULL: null, IS_NOT_NAN: null };
      const equal = value[filter.operator];
      return equal === null ? undefined : plan(stretches.equalTo(filter.field, equal));
    }
    case 'field':
      return planOfField(stretches, filter);
  }
}

function planOfField(stretches: Stretches, filter: FieldFilter): Plan | undefined {
  const { field, operator, value } = filter;
  switch (operator) {
    case 'EQUAL':
      return plan(stretches.equalTo(field, value));
    case 'IN':
      return union(elementsOf(value).map((each) => plan(stretches.equalTo(field, each))));
    case 'ARRAY_CONTAINS':
      return plan(stretches.containing(field, value));
    case 'ARRAY_CONTAINS_ANY':
      return union(elementsOf(value).map((each) => plan(stretches.containing(field, each))));
    default:
      return plan(stretches.inRange(filter));
  }
}

/** The whole of the first order's field, between the cursors, where a limit may end the walk. */
function planOfOrder(stretches: Stretches, query: Query): Plan[] {
  const { orderBy, limit, startAt, endAt } = query;
  const field = orderBy[0]?.field;
  if (field === undefined) return [];
  if (limit === undefined && startAt === undefined && endAt === undefined) return [];
  return [plan(stretches.of(field))].filter((each) => each !== undefined);
}

function plan(stretch: Stretch | undefined): Plan | undefined {
  if (stretch === undefined) return undefined;
  const size = Math.max(0, stretch.end - stretch.start);
  return { stretches: [stretch], order: stretch.order, size };
}

/** What meets one of several filters: an index must tell for each of them. */
function union(plans: readonly (Plan | undefined)[]): Plan | undefined {
  const known = plans.filter((each) => each !== undefined);
  if (known.length < plans.length) return undefined;
  const orders = known.map(({ order }) => order);
  return {
    stretches: known.flatMap(({ stretches }) => stretches),
    order: orders.includes('none') ? 'none' : orders.includes('first') ? 'first' : 'whole',
    size: known.reduce((sum, { size }) => sum + size, 0),
  };
}

function cheapest(plans: readonly Plan[], cost: (plan: Plan) => number): Plan | undefined {
  const [first, ...rest] = plans;
  return first && rest.reduce((a, b) => (cost(b) < cost(a) ? b : a), first);
}

/** The documents of a plan, each once, as far in the query's order as the plan is. */
function walk(
  database: DatabaseId,
  query: Query,
  { stretches, order }: Plan,
): Iterable<StoredDocument> {
  const backwards = order !== 'none' && query.orderBy[0]?.descending === true;
  const lists = stretches.map(({ index, start, end }) => index.slice(start, end, backwards));
  const [only] = lists;
  if (only !== undefined && lists.length === 1) return only;
  const known = { whole: query.orderBy, first: query.orderBy.slice(0, 1), none: [] }[order];
  return once(merge(lists, (a, b) => compareDocuments(database, a, b, known)));
}

/** A document may be in several stretches. */
function* once(documents: Iterable<StoredDocument>): Iterable<StoredDocument> {
  const seen = new Set<string>();
  for (const document of documents) {
    if (seen.has(document.path)) continue;
    seen.add(document.path);
    yield document;
  }
}

function conjuncts(filter: Filter | undefined): readonly Filter[] {
  if (filter === undefined) return [];
  return filter.kind === 'and' ? filter.filters.flatMap(conjuncts) : [filter];
}
