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

/** A list of which only these items are known. */
export function partialList(items: readonly Value[]): ListValue {
  return { ...list(items), partial: true };
}

export function map(fields: Iterable<readonly [string, Value]>): MapValue {
  return {
    type: 'map',
    fields: new Map([...fields].map(([key, value]) => [key, storable(value)] as const)),
  };
}

/** A value that may be kept in another one. */
export function storable(value: Value): RulesValue {
  if (value.type === 'map_diff') throw new RulesError('A map difference cannot be stored.');
  return value;
}

/** Whether it is not even known that the value exists, so that reading it may be an error. */
export function mayBeMissing(value: Value): boolean {
  return value.type === 'unknown' && !value.constraint;
}

/** Whether anything inside a value is not known. */
export function restsOnUnknown(value: Value): boolean {
  switch (value.type) {
    case 'unknown':
      return true;
    case 'list':
      return value.partial === true || value.items.some(restsOnUnknown);
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

/** A map's field: null where there is none, `unknown` where a partial map does not say. */
export function fieldOf(value: MapValue, key: string): RulesValue | null {
  return value.fields.get(key) ?? (value.partial === true ? UNKNOWN : null);
}

export function isNumber(value: Value): value is ValueOf<'int'> | ValueOf<'float'> {
  return value.type === 'int' || value.type === 'float';
}
