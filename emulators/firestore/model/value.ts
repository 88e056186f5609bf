import type { Instant } from './clock.js';

/** A value of a document's field. A vector is a map with `__type__` = `__vector__`. */
export type Value =
  | { readonly type: 'null' }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'integer'; readonly value: bigint }
  | { readonly type: 'double'; readonly value: number }
  | { readonly type: 'timestamp'; readonly value: Instant }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bytes'; readonly value: Uint8Array }
  /** `value` is the full resource name. */
  | { readonly type: 'reference'; readonly value: string }
  | { readonly type: 'geoPoint'; readonly latitude: number; readonly longitude: number }
  | { readonly type: 'array'; readonly values: readonly Value[] }
  | { readonly type: 'map'; readonly fields: Fields };

export type Fields = ReadonlyMap<string, Value>;

export type NumberValue = Extract<Value, { type: 'integer' | 'double' }>;

export const NULL_VALUE: Value = { type: 'null' };
export const TRUE_VALUE: Value = { type: 'boolean', value: true };
export const FALSE_VALUE: Value = { type: 'boolean', value: false };

/** The elements of a vector, all numbers, or undefined where the value is not one. */
export function vectorElements(value: Value): readonly NumberValue[] | undefined {
  if (value.type !== 'map' || value.fields.size !== 2) return undefined;
  const kind = value.fields.get('__type__');
  if (kind?.type !== 'string' || kind.value !== '__vector__') return undefined;
  const elements = value.fields.get('value');
  return elements?.type === 'array' && elements.values.every(isNumber)
    ? elements.values
    : undefined;
}

/** True for an integer or a double. */
export function isNumber(value: Value | undefined): value is NumberValue {
  return value?.type === 'integer' || value?.type === 'double';
}

/** The elements of an array; none of anything else. */
export function elementsOf(value: Value | undefined): readonly Value[] {
  return value?.type === 'array' ? value.values : [];
}

/** The stored size in bytes by Firestore's published rules (storage size calculations). */
export function sizeOfFields(fields: Fields): number {
  let size = 0;
  for (const [name, value] of fields) size += Buffer.byteLength(name) + 1 + sizeOf(value);
  return size;
}

function sizeOf(value: Value): number {
  switch (value.type) {
    case 'null':
    case 'boolean':
      return 1;
    case 'integer':
    case 'double':
    case 'timestamp':
      return 8;
    case 'geoPoint':
      return 16;
    case 'string':
    case 'reference':
      return Buffer.byteLength(value.value) + 1;
    case 'bytes':
      return value.value.length;
    case 'array':
      return value.values.reduce((sum, item) => sum + sizeOf(item), 0);
    case 'map':
      return sizeOfFields(value.fields);
  }
}

/**
 * The value as plain JSON, for people and for matching text in it: timestamps as ISO strings, bytes
 * as base64, integers as numbers.
 */
export function toPlainJson(value: Value): unknown {
  switch (value.type) {
    case 'null':
      return null;
    case 'integer':
      return Number(value.value);
    case 'timestamp':
      return new Date(Number(value.value / 1000n)).toISOString();
    case 'bytes':
      return Buffer.from(value.value).toString('base64');
    case 'geoPoint':
      return { latitude: value.latitude, longitude: value.longitude };
    case 'array':
      return value.values.map(toPlainJson);
    case 'map':
      return fieldsToPlainJson(value.fields);
    default:
      return value.value;
  }
}

/** A map of fields as a plain JSON object. */
export function fieldsToPlainJson(fields: Fields): Record<string, unknown> {
  return Object.fromEntries([...fields].map(([name, value]) => [name, toPlainJson(value)]));
}
