import type { FieldPath } from '../model/fieldPath.js';
import { NAME_FIELD, formatFieldPath, isNameField } from '../model/fieldPath.js';
import { compareStrings } from '../../strings.js';
import type { Value } from '../model/value.js';
import type { Nearest } from './nearest.js';

export const FIELD_OPERATORS = [
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
] as const;
export type FieldOperator = (typeof FIELD_OPERATORS)[number];

export const UNARY_OPERATORS = ['IS_NAN', 'IS_NULL', 'IS_NOT_NAN', 'IS_NOT_NULL'] as const;
export type UnaryOperator = (typeof UNARY_OPERATORS)[number];

/** A comparison of a field with a value. */
export interface FieldFilter {
  readonly kind: 'field';
  readonly field: FieldPath;
  readonly operator: FieldOperator;
  readonly value: Value;
}

export type Filter =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly Filter[] }
  | FieldFilter
  | { readonly kind: 'unary'; readonly field: FieldPath; readonly operator: UnaryOperator };

export interface Order {
  readonly field: FieldPath;
  readonly descending: boolean;
}

/** A position in a query's order: the values of its first fields, just before or just after them. */
export interface Cursor {
  readonly values: readonly Value[];
  readonly before: boolean;
}

/** A query as it is evaluated. `orderBy` is complete: it ends with the document's name. */
export interface Query {
  /** The document, or root (''), below which it looks. */
  readonly parent: string;
  /** Absent for every collection. */
  readonly collectionId?: string;
  /** Collections at any depth below the parent, not only directly. */
  readonly allDescendants: boolean;
  readonly where?: Filter;
  readonly orderBy: readonly Order[];
  readonly startAt?: Cursor;
  readonly endAt?: Cursor;
  readonly offset: number;
  readonly limit?: number;
  /** The fields to answer; absent for all of them. */
  readonly select?: readonly FieldPath[];
  /** A search among the results; absent for none. */
  readonly nearest?: Nearest;
}

const INEQUALITIES = new Set<FieldOperator | UnaryOperator>([
  'LESS_THAN',
  'LESS_THAN_OR_EQUAL',
  'GREATER_THAN',
  'GREATER_THAN_OR_EQUAL',
  'NOT_EQUAL',
  'NOT_IN',
  'IS_NOT_NAN',
  'IS_NOT_NULL',
]);

/** Whether an operator orders a query by its field. */
export function isInequality(operator: FieldOperator | UnaryOperator): boolean {
  return INEQUALITIES.has(operator);
}

/**
 * The order that a query really has: what it asks for, then the fields of its inequalities (by
 * name), then the document's name, in the direction of the last order asked for.
 */
export function completeOrder(explicit: readonly Order[], where: Filter | undefined): Order[] {
  const result = [...explicit];
  const descending = explicit.at(-1)?.descending ?? false;
  const seen = new Set(result.map((order) => formatFieldPath(order.field)));
  const inequalities = where === undefined ? [] : inequalityFields(where);
  const sorted = inequalities
    .filter((field) => !isNameField(field))
    .sort((a, b) => compareStrings(formatFieldPath(a), formatFieldPath(b)));
  for (const field of [...sorted, [NAME_FIELD]]) {
    const key = formatFieldPath(field);
    if (seen.has(key)) continue;
    seen.add(key);
    result.push({ field, descending });
  }
  return result;
}

function inequalityFields(filter: Filter): FieldPath[] {
  if ('filters' in filter) return filter.filters.flatMap(inequalityFields);
  return isInequality(filter.operator) ? [filter.field] : [];
}
