import type { Bound, Constraint, RulesValue } from '../../rules/api.js';
import { compare } from '../../rules/comparison.js';
import type { FieldPath } from '../model/fieldPath.js';
import type { Value } from '../model/value.js';
import type { FieldOperator } from '../query/query.js';
import { toRulesValue } from './rulesValues.js';

/** What every result of a query has in a field. */
export interface Fact {
  readonly field: FieldPath;
  readonly value: RulesValue;
}

type RangeOperator = Extract<FieldOperator, `LESS${string}` | `GREATER${string}`>;

/** The types that the rules can order; Firestore's ranges never cross a type. */
const ordered = new Set<RulesValue['type']>(['int', 'float', 'string', 'bytes', 'timestamp']);

/** What equals `value` for Firestore, to which 1 and 1.0 are the same: so no number is known as an int. */
export function provenEqual(value: Value): RulesValue {
  return loosened(toRulesValue(value));
}

function loosened(value: RulesValue): RulesValue {
  switch (value.type) {
    case 'int':
    case 'float': {
      const bound: Bound = { value, inclusive: true };
      return { type: 'unknown', constraint: { type: 'number', lower: bound, upper: bound } };
    }
    case 'list':
      return { type: 'list', items: value.items.map(loosened) };
    case 'map': {
      const fields = [...value.fields].map(([key, item]) => [key, loosened(item)] as const);
      return { type: 'map', fields: new Map(fields) };
    }
    default:
      return value;
  }
}

/** What a range filter proves: the operand's type, and one end of the range. */
export function provenRange(operator: RangeOperator, operand: Value): RulesValue {
  const value = toRulesValue(operand);
  const isNumber = value.type === 'int' || value.type === 'float';
  const type = isNumber ? 'number' : value.type;
  const isNaN = value.type === 'float' && Number.isNaN(value.value);
  if (!ordered.has(value.type) || isNaN) return { type: 'unknown', constraint: { type } };
  const bound: Bound = { value, inclusive: operator.endsWith('_OR_EQUAL') };
  const isLower = operator.startsWith('GREATER');
  return {
    type: 'unknown',
    constraint: { type, ...(isLower ? { lower: bound } : { upper: bound }) },
  };
}

/** A field that exists and has none of these values. */
export function provenWithout(values: readonly Value[]): RulesValue {
  return { type: 'unknown', constraint: { excluded: values.map(toRulesValue) } };
}

/** Two proofs about one field as one. */
export function both(first: RulesValue, second: RulesValue): RulesValue {
  if (first.type === 'unknown' && second.type === 'unknown') {
    if (!first.constraint) return second;
    if (!second.constraint) return first;
    return { type: 'unknown', constraint: bothConstraints(first.constraint, second.constraint) };
  }
  if (first.type === 'list' && second.type === 'list' && first.partial === true) {
    return second.partial === true
      ? { type: 'list', items: [...first.items, ...second.items], partial: true }
      : second;
  }
  return first.type === 'unknown' ? second : first;
}

function bothConstraints(first: Constraint, second: Constraint): Constraint {
  const type = first.type ?? second.type;
  const lower = tighter(first.lower, second.lower, 1);
  const upper = tighter(first.upper, second.upper, -1);
  return {
    ...(type && { type }),
    ...(lower && { lower }),
    ...(upper && { upper }),
    excluded: [...(first.excluded ?? []), ...(second.excluded ?? [])],
  };
}

function tighter(first: Bound | undefined, second: Bound | undefined, direction: 1 | -1) {
  if (!first || !second) return first ?? second;
  const order = (compare(first.value, second.value) ?? 0) * direction;
  if (order === 0) return first.inclusive ? second : first;
  return order > 0 ? first : second;
}
