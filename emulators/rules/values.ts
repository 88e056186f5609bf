import type { RulesValue } from './api.js';
import { RulesError } from './errors.js';

/** A value while rules are evaluated: what requests carry, and the result of `map.diff()`. */
export type Value =
  RulesValue | { readonly type: 'map_diff'; readonly after: MapValue; readonly before: MapValue };

export type ValueType = Value['type'];
export type ValueOf<Type extends ValueType> = Extract<Value, { readonly type: Type }>;
export type MapValue = ValueOf<'map'>;
export type ListValue = ValueOf<'list'>;
export type SetValue = ValueOf<'set'>;
export type DurationValue = ValueOf<'duration'>;
export type TimestampValue = ValueOf<'timestamp'>;

/** True, false, or not known. */
export type Truth = boolean | 'unknown';

export const NULL: Value = { type: 'null' };
export const UNKNOWN: ValueOf<'unknown'> = { type: 'unknown' };

export const bool = (value: boolean): ValueOf<'bool'> => ({ type: 'bool', value });
export const truth = (value: Truth): Value => (value === 'unknown' ? UNKNOWN : bool(value));
export const string = (value: string): ValueOf<'string'> => ({ type: 'string', value });
export const float = (value: number): ValueOf<'float'> => ({ type: 'float', value });
export const bytes = (value: Uint8Array): ValueOf<'bytes'> => ({ type: 'bytes', value });
export const path = (segments: readonly string[]): ValueOf<'path'> => ({ type: 'path', segments });

/** An integer of 64 bits; one that does not fit is an error. */
export function int(value: bigint | number): ValueOf<'int'> {
  const wide = BigInt(value);
  if (wide !== BigInt.asIntN(64, wide)) throw new RulesError('Integer overflow.');
  return { type: 'int', value: wide };
}

/** A list; map differences never leave the method that they are made for. */
export function list(items: readonly Value[]): ListValue {
  return { type: 'list', items: items.map(storable) };
}

/** A set of the different items among these. */
export function set(items: readonly Value[]): SetValue {
  const distinct: RulesValue[] = [];
  for (const item of items) {
    if (!distinct.some((other) => equal(other, item) === true)) distinct.push(storable(item));
  }
  return { type: 'set', items: distinct };
}

export function map(fields: Iterable<readonly [string, Value]>): MapValue {
  return {
    type: 'map',
    fields: new Map([...fields].map(([key, value]) => [key, storable(value)] as const)),
  };
}

function storable(value: Value): RulesValue {
  if (value.type === 'map_diff') throw new RulesError('A map difference cannot be stored.');
  return value;
}

/** Whether anything inside a value is not known. */
export function restsOnUnknown(value: Value): boolean {
  switch (value.type) {
    case 'unknown':
      return true;
    case 'list':
    case 'set':
      return value.items.some(restsOnUnknown);
    case 'map':
      return value.partial === true || [...value.fields.values()].some(restsOnUnknown);
    case 'map_diff':
      return restsOnUnknown(value.after) || restsOnUnknown(value.before);
    default:
      return false;
  }
}

/** `==` of the language: numbers compare by value, anything else only with its own type. */
export function equal(left: Value, right: Value): Truth {
  if (left.type === 'unknown' || right.type === 'unknown') return 'unknown';
  if (isNumber(left) && isNumber(right)) return left.value == right.value;
  switch (left.type) {
    case 'null':
      return right.type === 'null';
    case 'bool':
      return right.type === 'bool' && left.value === right.value;
    case 'string':
      return right.type === 'string' && left.value === right.value;
    case 'bytes':
      return right.type === 'bytes' && Buffer.compare(left.value, right.value) === 0;
    case 'timestamp':
    case 'duration':
      return (
        right.type === left.type && left.seconds === right.seconds && left.nanos === right.nanos
      );
    case 'latlng':
      return (
        right.type === 'latlng' &&
        left.latitude === right.latitude &&
        left.longitude === right.longitude
      );
    case 'path':
      return right.type === 'path' && samePath(left.segments, right.segments);
    case 'list':
      return right.type === 'list' && equalLists(left.items, right.items);
    case 'set':
      return right.type === 'set' && equalSets(left, right);
    case 'map':
      return right.type === 'map' && equalMaps(left, right);
    default:
      return false;
  }
}

function samePath(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((segment, i) => segment === right[i]);
}

function equalLists(left: readonly Value[], right: readonly Value[]): Truth {
  if (left.length !== right.length) return false;
  return every(left.map((item, i) => equal(item, right[i] ?? UNKNOWN)));
}

function equalSets(left: SetValue, right: SetValue): Truth {
  if (restsOnUnknown(left) || restsOnUnknown(right)) return 'unknown';
  if (left.items.length !== right.items.length) return false;
  return every(left.items.map((item) => contains(right.items, item)));
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

/** A map's field: null where there is none, `unknown` where a partial map does not say. */
export function fieldOf(value: MapValue, key: string): RulesValue | null {
  return value.fields.get(key) ?? (value.partial === true ? UNKNOWN : null);
}

export function contains(items: readonly Value[], wanted: Value): Truth {
  return any(items.map((item) => equal(item, wanted)));
}

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

export function isNumber(value: Value): value is ValueOf<'int'> | ValueOf<'float'> {
  return value.type === 'int' || value.type === 'float';
}

/** How `debug()` prints a value. */
export function display(value: Value): string {
  switch (value.type) {
    case 'null':
    case 'unknown':
      return value.type;
    case 'bool':
    case 'int':
      return String(value.value);
    case 'float':
      return displayFloat(value.value);
    case 'string':
      return JSON.stringify(value.value);
    case 'bytes':
      return `bytes(${Buffer.from(value.value).toString('hex')})`;
    case 'timestamp':
    case 'duration':
      return `${value.type}(${value.seconds.toString()}s ${value.nanos}ns)`;
    case 'latlng':
      return `latlng(${value.latitude}, ${value.longitude})`;
    case 'path':
      return `/${value.segments.join('/')}`;
    case 'list':
    case 'set':
      return `${value.type === 'set' ? 'set' : ''}[${value.items.map(display).join(', ')}]`;
    case 'map':
      return `{${[...value.fields].map(([key, item]) => `${key}: ${display(item)}`).join(', ')}}`;
    case 'map_diff':
      return `diff(${display(value.after)}, ${display(value.before)})`;
  }
}

/** A float keeps its point, so that it does not read as an integer. */
export function displayFloat(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
