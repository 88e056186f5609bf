import { compareNames } from './path.js';
import { compareStrings } from '../../strings.js';
import type { Fields, Value } from './value.js';
import { isNumber, vectorElements } from './value.js';

const TYPE_ORDER = {
  null: 0,
  boolean: 1,
  integer: 2,
  double: 2,
  timestamp: 3,
  string: 4,
  bytes: 5,
  reference: 6,
  geoPoint: 7,
  array: 8,
  map: 10,
} as const;
const VECTOR_ORDER = 9;

/**
 * The rank of a value's type in Firestore's order of types: values of different rank compare by it
 * alone, and a range filter matches values of its own rank only.
 */
export function typeOrder(value: Value): number {
  return vectorElements(value) === undefined ? TYPE_ORDER[value.type] : VECTOR_ORDER;
}

/** Firestore's total order of values: negative, zero or positive. 1 and 1.0 are equal, NaN is least. */
export function compareValues(a: Value, b: Value): number {
  const rank = typeOrder(a) - typeOrder(b);
  if (rank !== 0) return rank;
  if (isNumber(a) && isNumber(b)) return compareNumbers(a.value, b.value);
  if (a.type === 'boolean' && b.type === 'boolean') return Number(a.value) - Number(b.value);
  if (a.type === 'timestamp' && b.type === 'timestamp') return order(a.value, b.value);
  if (a.type === 'string' && b.type === 'string') return compareStrings(a.value, b.value);
  if (a.type === 'bytes' && b.type === 'bytes') return Buffer.compare(a.value, b.value);
  if (a.type === 'reference' && b.type === 'reference') return compareNames(a.value, b.value);
  if (a.type === 'geoPoint' && b.type === 'geoPoint') {
    return order(a.latitude, b.latitude) || order(a.longitude, b.longitude);
  }
  if (a.type === 'array' && b.type === 'array') return compareArrays(a.values, b.values);
  if (a.type === 'map' && b.type === 'map') return compareMaps(a, b);
  return 0;
}

/** Equality as filters and array transforms see it: 1 equals 1.0, NaN equals NaN. */
export function valuesEqual(a: Value, b: Value): boolean {
  return compareValues(a, b) === 0;
}

/** Whether two documents' fields are stored alike: 1 differs from 1.0, 0.0 from -0.0. */
export function identicalFields(a: Fields, b: Fields): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) {
    const other = b.get(name);
    if (other === undefined || !identical(value, other)) return false;
  }
  return true;
}

function identical(a: Value, b: Value): boolean {
  if (a.type !== b.type) return false;
  if (a.type === 'double' && b.type === 'double') return Object.is(a.value, b.value);
  if (a.type === 'array' && b.type === 'array') {
    return (
      a.values.length === b.values.length &&
      a.values.every((item, index) => {
        const other = b.values[index];
        return other !== undefined && identical(item, other);
      })
    );
  }
  if (a.type === 'map' && b.type === 'map') return identicalFields(a.fields, b.fields);
  return compareValues(a, b) === 0;
}

function compareNumbers(a: bigint | number, b: bigint | number): number {
  const aIsNaN = Number.isNaN(a);
  const bIsNaN = Number.isNaN(b);
  if (aIsNaN || bIsNaN) return Number(bIsNaN) - Number(aIsNaN);
  return order(a, b);
}

function order(a: bigint | number, b: bigint | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareArrays(a: readonly Value[], b: readonly Value[]): number {
  for (const [index, item] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const result = compareValues(item, other);
    if (result !== 0) return result;
  }
  return a.length - b.length;
}

function compareMaps(
  a: Extract<Value, { type: 'map' }>,
  b: Extract<Value, { type: 'map' }>,
): number {
  const vectorA = vectorElements(a);
  const vectorB = vectorElements(b);
  if (vectorA !== undefined && vectorB !== undefined) {
    return vectorA.length - vectorB.length || compareArrays(vectorA, vectorB);
  }
  const entriesA = sortedEntries(a.fields);
  const entriesB = sortedEntries(b.fields);
  for (const [index, [nameA, valueA]] of entriesA.entries()) {
    const entryB = entriesB[index];
    if (entryB === undefined) return 1;
    const result = compareStrings(nameA, entryB[0]) || compareValues(valueA, entryB[1]);
    if (result !== 0) return result;
  }
  return entriesA.length - entriesB.length;
}

function sortedEntries(fields: Fields): [string, Value][] {
  return [...fields].sort(([a], [b]) => compareStrings(a, b));
}
