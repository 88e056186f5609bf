import assert from 'node:assert/strict';
import fc from 'fast-check';
import { anyValue } from '../specs/arbitraries.js';
import { compareValues, identicalFields, valuesEqual } from './compare.js';
import type { Value } from './value.js';
import { isNumber } from './value.js';

const integer = (value: bigint): Value => ({ type: 'integer', value });
const double = (value: number): Value => ({ type: 'double', value });
const string = (value: string): Value => ({ type: 'string', value });
const array = (...values: Value[]): Value => ({ type: 'array', values });
const map = (fields: Record<string, Value>): Value => ({
  type: 'map',
  fields: new Map(Object.entries(fields)),
});
const vector = (...values: number[]): Value =>
  map({ __type__: string('__vector__'), value: array(...values.map(double)) });
const reference = (path: string): Value => ({
  type: 'reference',
  value: `projects/p/databases/d/documents/${path}`,
});

/** Values in Firestore's order; those in one list are equal to one another. */
const ORDERED: Value[][] = [
  [{ type: 'null' }],
  [{ type: 'boolean', value: false }],
  [{ type: 'boolean', value: true }],
  [double(NaN)],
  [double(-Infinity)],
  [integer(-(2n ** 63n))],
  [integer(-1n), double(-1)],
  [double(-0.5)],
  [integer(0n), double(0), double(-0)],
  [double(Number.MIN_VALUE)],
  [integer(2n ** 53n)],
  [integer(2n ** 53n + 1n)],
  [integer(2n ** 63n - 1n)],
  [double(2 ** 63)],
  [double(Infinity)],
  [{ type: 'timestamp', value: 1n }],
  [{ type: 'timestamp', value: 2n }],
  [string('')],
  [string('a')],
  [string('a\u0000')],
  [string('aa')],
  [string('b')],
  [string('é')],
  [string('\uffee')],
  [string('😀')],
  [{ type: 'bytes', value: Buffer.from([]) }],
  [{ type: 'bytes', value: Buffer.from([1]) }],
  [{ type: 'bytes', value: Buffer.from([1, 0]) }],
  [{ type: 'bytes', value: Buffer.from([200]) }],
  [reference('a/__id-3__')],
  [reference('a/__id10__')],
  [reference('a/1')],
  [reference('a/1/b/1')],
  [reference('a/2')],
  [reference('a-b/1')],
  [{ type: 'geoPoint', latitude: -1, longitude: 5 }],
  [{ type: 'geoPoint', latitude: 1, longitude: -5 }],
  [{ type: 'geoPoint', latitude: 1, longitude: 5 }],
  [array()],
  [array(integer(1n)), array(double(1))],
  [array(integer(1n), integer(1n))],
  [array(integer(2n))],
  [vector(9)],
  [vector(1, 2)],
  [vector(1, 3)],
  [map({})],
  [map({ a: integer(1n) })],
  [map({ a: integer(1n), b: integer(0n) }), map({ b: integer(0n), a: integer(1n) })],
  [map({ a: integer(2n) })],
  [map({ b: integer(0n) })],
];

describe('the order of values', () => {
  it('is the documented one, over all types', () => {
    const ranked = ORDERED.flatMap((values, rank) => values.map((value) => ({ value, rank })));
    for (const a of ranked) {
      for (const b of ranked) {
        const message = JSON.stringify([a.rank, b.rank]);
        assert.equal(
          Math.sign(compareValues(a.value, b.value)),
          Math.sign(a.rank - b.rank),
          message,
        );
      }
    }
  });

  it('orders strings as their UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
        assert.equal(Math.sign(compareValues(string(a), string(b))), bytes);
      }),
    );
  });

  it('orders integers and doubles by what they are, not by what a double can hold', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const nearest = Number(value);
        const exact = value > BigInt(nearest) ? 1 : value < BigInt(nearest) ? -1 : 0;
        assert.equal(Math.sign(compareValues(integer(value), double(nearest))), exact);
      }),
    );
  });
});

/** Text that is the same for two values exactly where they should be equal. */
function canonical(value: Value): string {
  if (isNumber(value)) {
    const isWhole = value.type === 'integer' || Number.isInteger(value.value);
    return `number ${isWhole ? BigInt(value.value) : value.value}`;
  }
  switch (value.type) {
    case 'null':
      return 'null';
    case 'bytes':
      return `bytes ${Buffer.from(value.value).toString('hex')}`;
    case 'geoPoint':
      return `point ${value.latitude} ${value.longitude}`;
    case 'array':
      return `[${value.values.map((item) => JSON.stringify(canonical(item))).join()}]`;
    case 'map': {
      const entries = [...value.fields].map(([name, item]) =>
        JSON.stringify([name, canonical(item)]),
      );
      return `{${entries.sort().join()}}`;
    }
    default:
      return `${value.type} ${value.value}`;
  }
}

describe('the order of any values', () => {
  const sign = (a: Value, b: Value): number => Math.sign(compareValues(a, b));

  it('is antisymmetric, and equal exactly where the values are', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (a, b) => {
        assert.equal(sign(a, b) + sign(b, a), 0);
        assert.equal(sign(a, b) === 0, canonical(a) === canonical(b));
        assert.equal(compareValues(a, a), 0);
      }),
      { numRuns: 2000 },
    );
  });

  it('is transitive', () => {
    fc.assert(
      fc.property(fc.array(anyValue, { minLength: 3, maxLength: 12 }), (values) => {
        const sorted = [...values].sort(compareValues);
        for (const [index, a] of sorted.entries()) {
          for (const b of sorted.slice(index + 1)) assert.ok(compareValues(a, b) <= 0);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('takes what is stored alike for equal', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (a, b) => {
        const alike = identicalFields(new Map([['x', a]]), new Map([['x', b]]));
        if (alike) assert.ok(valuesEqual(a, b));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('equality', () => {
  it('takes 1 for 1.0 in a filter, and for a change in a document', () => {
    assert.ok(valuesEqual(integer(1n), double(1)));
    const stored = (value: Value): Map<string, Value> => new Map([['x', array(value)]]);
    assert.ok(!identicalFields(stored(integer(1n)), stored(double(1))));
    assert.ok(!identicalFields(stored(double(0)), stored(double(-0))));
    assert.ok(identicalFields(stored(double(NaN)), stored(double(NaN))));
    assert.ok(!identicalFields(stored(integer(1n)), new Map()));
  });
});
