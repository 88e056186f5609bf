import { formatFieldPath } from '../model/fieldPath.js';
import type { Filter, Query } from '../query/query.js';

/** What of a query decides which indexes it needs: everything but its values and its limits. */
export interface QueryShape {
  /** Absent for every collection. */
  readonly collectionId?: string;
  readonly allDescendants: boolean;
  /** All that it has, wherever they stand. */
  readonly filters: readonly { readonly field: string; readonly operator: string }[];
  /** Whether some of the filters are alternatives. */
  readonly hasOr: boolean;
  /** Complete: it ends with `__name__`. */
  readonly orderBy: readonly { readonly field: string; readonly descending: boolean }[];
}

/** The shapes of the queries that ran or were listened to, each once. Outlasts the documents. */
export class QueryLog {
  private readonly shapes = new Map<string, QueryShape>();

  record(query: Query): void {
    const shape = shapeOf(query);
    this.shapes.set(JSON.stringify(shape), shape);
  }

  list(): readonly QueryShape[] {
    return [...this.shapes.values()];
  }

  reset(): void {
    this.shapes.clear();
  }
}

function shapeOf({ collectionId, allDescendants, where, orderBy }: Query): QueryShape {
  const leaves = where === undefined ? [] : leavesOf(where);
  return {
    ...(collectionId !== undefined && { collectionId }),
    allDescendants,
    filters: leaves.map(({ field, operator }) => ({ field: formatFieldPath(field), operator })),
    hasOr: where !== undefined && hasOr(where),
    orderBy: orderBy.map(({ field, descending }) => ({
      field: formatFieldPath(field),
      descending,
    })),
  };
}

function leavesOf(filter: Filter): Exclude<Filter, { filters: unknown }>[] {
  return 'filters' in filter ? filter.filters.flatMap(leavesOf) : [filter];
}

function hasOr(filter: Filter): boolean {
  return 'filters' in filter && (filter.kind === 'or' || filter.filters.some(hasOr));
}
