import fc from 'fast-check';
import type { Value } from '../model/value.js';

const name = fc.constantFrom('a', 'b', 'é', '', '😀', '\uffee');
const id = fc.constantFrom('1', 'a', '__id7__', '__id-3__', '__id07__', 'ü', '😀');
const nearby = fc.constantFrom(0, 1, -1, 0.5, 2 ** 53, 2 ** 63, NaN, Infinity, -Infinity, -0);
const coordinate = fc.constantFrom(-1, 0, 0.5, 1);

const scalar: fc.Arbitrary<Value> = fc.oneof(
  fc.constant<Value>({ type: 'null' }),
  fc.boolean().map((value): Value => ({ type: 'boolean', value })),
  fc
    .oneof(fc.bigInt({ min: -2n, max: 2n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))
    .map((value): Value => ({ type: 'integer', value })),
  fc
    .constantFrom(2n ** 53n + 1n, 2n ** 63n - 1n)
    .map((value): Value => ({ type: 'integer', value })),
  fc.oneof(nearby, fc.double()).map((value): Value => ({ type: 'double', value })),
  fc.bigInt({ min: -2n, max: 2n }).map((value): Value => ({ type: 'timestamp', value })),
  fc
    .oneof(name, fc.string({ unit: 'binary', maxLength: 3 }))
    .map((value): Value => ({ type: 'string', value })),
  fc.uint8Array({ maxLength: 2 }).map((value): Value => ({ type: 'bytes', value })),
  fc.array(fc.tuple(id, id), { minLength: 1, maxLength: 2 }).map((path): Value => ({
    type: 'reference',
    value: `projects/p/databases/d/documents/${path.flat().join('/')}`,
  })),
  fc
    .tuple(coordinate, coordinate)
    .map(([latitude, longitude]): Value => ({ type: 'geoPoint', latitude, longitude })),
  fc.array(nearby, { maxLength: 3 }).map(vector),
);

/** Values of all types, three levels deep, often equal or nearly so. */
export const anyValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }).map((values): Value => ({ type: 'array', values })),
    fc
      .array(fc.tuple(name, tie('value')), { maxLength: 3 })
      .map((entries): Value => ({ type: 'map', fields: new Map(entries) })),
  ),
})).value;

/** A vector as it is stored. */
export function vector(elements: readonly number[]): Value {
  const values = elements.map((value): Value => ({ type: 'double', value }));
  const fields = new Map<string, Value>([
    ['__type__', { type: 'string', value: '__vector__' }],
    ['value', { type: 'array', values }],
  ]);
  return { type: 'map', fields };
}
