import assert from 'node:assert/strict';
import type { StoredDocument } from '../model/document.js';
import type { Value } from '../model/value.js';
import type { Aggregation } from './aggregate.js';
import { aggregateAll } from './aggregate.js';

const integer = (n: number | bigint): Value => ({ type: 'integer', value: BigInt(n) });
const double = (n: number): Value => ({ type: 'double', value: n });
const string: Value = { type: 'string', value: '7' };

function documentsOf(...values: (Value | undefined)[]): StoredDocument[] {
  return values.map((value, index) => ({
    path: `c/${index}`,
    fields: new Map(value && [['n', value]]),
    createTime: 0n,
    updateTime: 0n,
  }));
}

const COUNT: Aggregation = { kind: 'count', alias: 'count' };
const SUM: Aggregation = { kind: 'sum', alias: 'sum', field: ['n'] };
const AVERAGE: Aggregation = { kind: 'average', alias: 'average', field: ['n'] };

describe('aggregates of documents', () => {
  const sums: readonly (readonly [what: string, values: Value[], sum: Value, average: Value])[] = [
    ['integers', [integer(1), integer(2)], integer(3), double(1.5)],
    ['integers and doubles', [integer(1), double(0.5)], double(1.5), double(0.75)],
    ['other values among numbers', [integer(4), string, { type: 'null' }], integer(4), double(4)],
    ['no numbers', [string], integer(0), { type: 'null' }],
    ['NaN', [integer(1), double(NaN)], double(NaN), double(NaN)],
    [
      'more than 64 bits hold',
      [integer(2n ** 63n - 1n), integer(2n ** 63n - 1n)],
      double(2 ** 64),
      double(2 ** 63),
    ],
    [
      'more than 64 bits hold, on the way',
      [integer(2n ** 63n - 1n), integer(1), integer(-1)],
      integer(2n ** 63n - 1n),
      double(2 ** 63 / 3),
    ],
  ];
  for (const [what, values, sum, average] of sums) {
    it(`sum and average ${what}`, () => {
      const result = aggregateAll(documentsOf(...values), [SUM, AVERAGE]);
      assert.deepEqual(result, new Map(Object.entries({ sum, average })));
    });
  }

  it('count up to a bound', () => {
    const documents = documentsOf(string, undefined, integer(1));
    const few: Aggregation = { kind: 'count', alias: 'few', upTo: 2 };
    const result = aggregateAll(documents, [COUNT, few]);
    assert.deepEqual(result, new Map(Object.entries({ count: integer(3), few: integer(2) })));
    assert.deepEqual(aggregateAll([], [COUNT]), new Map([['count', integer(0)]]));
  });

  it('leave a document that lacks a field of one out of all of them', () => {
    const result = aggregateAll(documentsOf(integer(1), undefined), [COUNT, SUM]);
    assert.deepEqual(result, new Map(Object.entries({ count: integer(1), sum: integer(1) })));
  });
});
