import type { Instant } from '../model/clock.js';
import { compareValues, valuesEqual } from '../model/compare.js';
import type { FieldPath } from '../model/fieldPath.js';
import type { NumberValue, Value } from '../model/value.js';
import { NULL_VALUE, elementsOf, isNumber } from '../model/value.js';

/** A change of a field that the server computes from the field's present value. */
export type FieldTransform =
  | { readonly kind: 'serverTimestamp'; readonly field: FieldPath }
  | {
      readonly kind: 'increment' | 'maximum' | 'minimum';
      readonly field: FieldPath;
      readonly operand: NumberValue;
    }
  | {
      readonly kind: 'arrayUnion' | 'arrayRemove';
      readonly field: FieldPath;
      readonly operand: readonly Value[];
    };

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);

/** The field's new value, and what the commit answers as the transform's result. */
export function applyTransform(
  current: Value | undefined,
  transform: FieldTransform,
  serverTimestamp: Instant,
): { value: Value; result: Value } {
  switch (transform.kind) {
    case 'serverTimestamp': {
      const value: Value = { type: 'timestamp', value: serverTimestamp };
      return { value, result: value };
    }
    case 'increment':
    case 'maximum':
    case 'minimum': {
      const value = isNumber(current)
        ? combine(current, transform.kind, transform.operand)
        : transform.operand;
      return { value, result: value };
    }
    case 'arrayUnion':
      return { value: union(elementsOf(current), transform.operand), result: NULL_VALUE };
    case 'arrayRemove':
      return { value: without(elementsOf(current), transform.operand), result: NULL_VALUE };
  }
}

function combine(
  current: NumberValue,
  kind: 'increment' | 'maximum' | 'minimum',
  operand: NumberValue,
): NumberValue {
  if (kind === 'increment') return add(current, operand);
  const hasNaN = Number.isNaN(current.value) || Number.isNaN(operand.value);
  if (hasNaN) return { type: 'double', value: NaN };
  const order = compareValues(operand, current);
  return (kind === 'maximum' ? order > 0 : order < 0) ? operand : current;
}

/** Integers stay within 64 bits: they stop at the bound rather than wrap around. */
function add(a: NumberValue, b: NumberValue): NumberValue {
  if (a.type === 'integer' && b.type === 'integer') {
    const sum = a.value + b.value;
    return {
      type: 'integer',
      value: sum > MAX_INT64 ? MAX_INT64 : sum < MIN_INT64 ? MIN_INT64 : sum,
    };
  }
  return { type: 'double', value: Number(a.value) + Number(b.value) };
}

function union(current: readonly Value[], added: readonly Value[]): Value {
  const values = [...current];
  for (const item of added) {
    if (!values.some((present) => valuesEqual(present, item))) values.push(item);
  }
  return { type: 'array', values };
}

function without(current: readonly Value[], removed: readonly Value[]): Value {
  return {
    type: 'array',
    values: current.filter((item) => !removed.some((gone) => valuesEqual(gone, item))),
  };
}
