import type { Bound, Constraint, RulesValue } from './api.js';
import { compareStrings } from '../strings.js';
import { totalNanos } from './time.js';
import {
  fieldOf,
  isNumber,
  restsOnUnknown,
  storable,
  type ListValue,
  type MapValue,
  type SetValue,
  type Truth,
  type Value,
  type ValueOf,
} from './values.js';

export type Ordering = '<' | '<=' | '>' | '>=';

export const not = (value: Truth): Truth => (value === 'unknown' ? 'unknown' : !value);

/** `&&` over what may not be known: one false decides. */
export function every(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes('unknown') ? 'unknown' : true;
}

/** `||` over what may not be known: one true decides. */
export function any(truths: readonly Truth[]): Truth {
  if (truths.includes(true)) return true;
  return truths.includes('unknown') ? 'unknown' : false;
}

/** `==` of the language: numbers compare by value, anything else only with its own type. */
export function equal(first: Value, second: Value): Truth {
  const left = pinned(first);
  const right = pinned(second);
  if (left.type === 'unknown') return right.type === 'unknown' ? 'unknown' : meets(left, right);
  if (right.type === 'unknown') return meets(right, left);
  if (isNumber(left) && isNumber(right)) return left.value == right.value;
  if (left.type !== right.type) return false;
  return equalOfType(left, right);
}

function equalOfType(left: Value, right: Value): Truth {
  switch (left.type) {
    case 'null':
      return true;
    case 'bool':
    case 'string':
      return right.type === left.type && left.value === right.value;
    case 'latlng':
      return (
        right.type === 'latlng' &&
        left.latitude === right.latitude &&
        left.longitude === right.longitude
      );
    case 'path':
      return right.type === 'path' && samePath(left.segments, right.segments);
    case 'list':
      return right.type === 'list' && equalLists(left, right);
    case 'set':
      return right.type === 'set' && equalSets(left, right);
    case 'map':
      return right.type === 'map' && equalMaps(left, right);
    default:
      return compare(left, right) === 0;
  }
}

function samePath(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((segment, i) => segment === right[i]);
}

function equalLists(left: ListValue, right: ListValue): Truth {
  if (left.partial === true || right.partial === true) return 'unknown';
  if (left.items.length !== right.items.length) return false;
  return every(left.items.map((item, i) => equal(item, right.items[i] ?? { type: 'unknown' })));
}

function equalSets(left: SetValue, right: SetValue): Truth {
  if (restsOnUnknown(left) || restsOnUnknown(right)) return 'unknown';
  if (left.items.length !== right.items.length) return false;
  return every(left.items.map((item) => contains(right, item)));
}

function equalMaps(left: MapValue, right: MapValue): Truth {
  const keys = new Set([...left.fields.keys(), ...right.fields.keys()]);
  return every([
    ...[...keys].map((key) => {
      const mine = fieldOf(left, key);
      const theirs = fieldOf(right, key);
      return mine !== null && theirs !== null && equal(mine, theirs);
    }),
    left.partial === true || right.partial === true ? 'unknown' : true,
  ]);
}

/** Whether an item is in a list or set. */
export function contains(container: ListValue | SetValue, wanted: Value): Truth {
  const found = any(container.items.map((item) => equal(item, wanted)));
  return found === false && container.type === 'list' && container.partial === true
    ? 'unknown'
    : found;
}

/** A set of the different items among these. */
export function set(items: readonly Value[]): SetValue {
  const distinct: RulesValue[] = [];
  for (const item of items) {
    if (!distinct.some((other) => equal(other, item) === true)) distinct.push(storable(item));
  }
  return { type: 'set', items: distinct };
}

/** Below zero, zero or above it; NaN beside NaN, null for types that have no order together. */
export function compare(left: Value, right: Value): number | null {
  if (isNumber(left) && isNumber(right)) return difference(left.value, right.value);
  if (left.type === 'string' && right.type === 'string') {
    return compareStrings(left.value, right.value);
  }
  if (left.type === 'bytes' && right.type === 'bytes') {
    return Buffer.compare(left.value, right.value);
  }
  if (
    (left.type === 'timestamp' && right.type === 'timestamp') ||
    (left.type === 'duration' && right.type === 'duration')
  ) {
    return difference(totalNanos(left), totalNanos(right));
  }
  return null;
}

function difference(left: number | bigint, right: number | bigint): number {
  if (left == right) return 0;
  if (left < right) return -1;
  return left > right ? 1 : NaN;
}

/** `<` and its kin; null for types that have no order together. */
export function order(operator: Ordering, first: Value, second: Value): Truth | null {
  const left = pinned(first);
  const right = pinned(second);
  if (left.type === 'unknown') {
    return right.type === 'unknown' ? 'unknown' : orderWithin(operator, left.constraint, right);
  }
  if (right.type === 'unknown') return orderWithin(mirrored[operator], right.constraint, left);
  const sign = compare(left, right);
  return sign === null ? null : holds(operator, sign);
}

const mirrored: Readonly<Record<Ordering, Ordering>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

function holds(operator: Ordering, sign: number): boolean {
  switch (operator) {
    case '<':
      return sign < 0;
    case '<=':
      return sign <= 0;
    case '>':
      return sign > 0;
    case '>=':
      return sign >= 0;
  }
}

/** A value that its constraint leaves no room, as a number that equals 1; others as they are. */
function pinned(value: Value): Value {
  if (value.type !== 'unknown') return value;
  const { lower, upper } = value.constraint ?? {};
  const isPoint = lower?.inclusive === true && upper?.inclusive === true;
  return isPoint && compare(lower.value, upper.value) === 0 ? lower.value : value;
}

/** Whether a value that is not known, but for a constraint, can equal a known one. */
function meets({ constraint }: ValueOf<'unknown'>, value: Value): Truth {
  if (!constraint) return 'unknown';
  const { type, lower, upper, excluded = [] } = constraint;
  const isPossible =
    (type === undefined || hasType(value, type)) &&
    (!lower || isAbove(value, lower)) &&
    (!upper || isBelow(value, upper)) &&
    !excluded.some((other) => equal(other, value) === true);
  return isPossible ? 'unknown' : false;
}

/** Whether `is` of the language holds. */
export function hasType(value: Value, name: string): boolean {
  return value.type === name || (name === 'number' && isNumber(value));
}

function isAbove(value: Value, { value: limit, inclusive }: Bound): boolean {
  const sign = compare(value, limit);
  return sign !== null && (inclusive ? sign >= 0 : sign > 0);
}

function isBelow(value: Value, { value: limit, inclusive }: Bound): boolean {
  const sign = compare(value, limit);
  return sign !== null && (inclusive ? sign <= 0 : sign < 0);
}

/** What a constraint proves of `x operator value`. */
function orderWithin(operator: Ordering, constraint: Constraint | undefined, value: Value): Truth {
  const isUpwards = operator === '>' || operator === '>=';
  const near = isUpwards ? constraint?.lower : constraint?.upper;
  const far = isUpwards ? constraint?.upper : constraint?.lower;
  const excludesEqual = operator === '<' || operator === '>';
  const isBeyond = (bound: Bound, direction: 1 | -1): boolean =>
    (compare(bound.value, value) ?? 0) * direction > 0;
  if (near) {
    const meetsLimit = compare(near.value, value) === 0 && !(excludesEqual && near.inclusive);
    if (meetsLimit || isBeyond(near, isUpwards ? 1 : -1)) return true;
  }
  if (far) {
    const meetsLimit = compare(far.value, value) === 0 && (excludesEqual || !far.inclusive);
    if (meetsLimit || isBeyond(far, isUpwards ? -1 : 1)) return false;
  }
  return 'unknown';
}
