import assert from 'node:assert/strict';
import { FirestoreError } from '../model/status.js';
import type { Value } from '../model/value.js';
import { checkQuery } from './checkQuery.js';
import type { FieldOperator, Filter, Order, Query } from './query.js';
import { completeOrder } from './query.js';

const number = (value: number): Value => ({ type: 'integer', value: BigInt(value) });
const reference: Value = { type: 'reference', value: 'projects/p/databases/d/documents/c/1' };
const list = (length: number): Value => ({
  type: 'array',
  values: Array.from({ length }, (_, index) => number(index)),
});
const where = (field: string, operator: FieldOperator, value = number(1)): Filter => ({
  kind: 'field',
  field: [field],
  operator,
  value,
});
const notNull = (field: string): Filter => ({
  kind: 'unary',
  field: [field],
  operator: 'IS_NOT_NULL',
});
const and = (...filters: Filter[]): Filter => ({ kind: 'and', filters });
const or = (...filters: Filter[]): Filter => ({ kind: 'or', filters });
const times = (count: number, make: (index: number) => Filter): Filter[] =>
  Array.from({ length: count }, (_, index) => make(index));
const order = (field: string, descending = false): Order => ({ field: [field], descending });

/** The refusal of a query, or 'ok'. */
function check(options: Partial<Query>, orders: readonly Order[] = []): string {
  const query: Query = {
    parent: '',
    collectionId: 'c',
    allDescendants: false,
    offset: 0,
    orderBy: completeOrder(orders, options.where),
    ...options,
  };
  try {
    checkQuery(query, orders);
    return 'ok';
  } catch (error) {
    assert.ok(error instanceof FirestoreError);
    assert.equal(error.code, 3);
    return error.message;
  }
}

const CASES: readonly [string, string, Filter][] = [
  ['30 values of in', 'ok', where('a', 'IN', list(30))],
  ['31 values of in', "'IN' supports up to 30 comparison values.", where('a', 'IN', list(31))],
  ['10 values of not-in', 'ok', where('a', 'NOT_IN', list(10))],
  [
    '11 values of not-in',
    "'NOT_IN' supports up to 10 comparison values.",
    where('a', 'NOT_IN', list(11)),
  ],
  ['no values', "'IN' requires an non-empty ArrayValue.", where('a', 'IN', list(0))],
  ['no list', "'ARRAY_CONTAINS_ANY' requires an ArrayValue.", where('a', 'ARRAY_CONTAINS_ANY')],
  [
    'two negations',
    "Only a single 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NAN', or 'IS_NOT_NULL' filter allowed per query.",
    and(where('a', 'NOT_EQUAL'), notNull('b')),
  ],
  [
    'not-in with in',
    "'NOT_IN' cannot be used in the same query with 'IN', 'ARRAY_CONTAINS_ANY' or 'OR'.",
    and(where('a', 'NOT_IN', list(2)), where('b', 'IN', list(2))),
  ],
  [
    'two array filters together',
    "A maximum of 1 'ARRAY_CONTAINS' filter is allowed per disjunction.",
    and(where('a', 'ARRAY_CONTAINS'), where('b', 'ARRAY_CONTAINS_ANY', list(2))),
  ],
  ['two array filters apart', 'ok', or(where('a', 'ARRAY_CONTAINS'), where('b', 'ARRAY_CONTAINS'))],
  ['30 disjunctions', 'ok', and(where('a', 'IN', list(15)), or(where('b', 'EQUAL'), notNull('c')))],
  [
    '32 disjunctions',
    'Too many disjunctions after normalization. Result had 32 disjunctions which is more than the maximum of 30',
    and(where('a', 'IN', list(16)), or(where('b', 'EQUAL'), notNull('c'))),
  ],
  ['ranges on 10 fields', 'ok', and(...times(10, (n) => where(`f${n}`, 'LESS_THAN')))],
  [
    'ranges on 11 fields',
    'Cannot have inequality filters on more than 10 properties.',
    and(...times(11, (n) => where(`f${n}`, 'LESS_THAN'))),
  ],
  ['a name', 'ok', where('__name__', 'EQUAL', reference)],
  ['a number for a name', '__key__ filter value must be a Key', where('__name__', 'EQUAL')],
  [
    'a name and ranges of other fields',
    'Equality on key is not allowed if there are other inequality fields and key does not appear in inequalities.',
    and(where('a', 'NOT_EQUAL'), where('__name__', 'EQUAL', reference)),
  ],
  ['numbers for names', '__key__ filter value must be a Key', where('__name__', 'IN', list(2))],
];

describe('what a query may ask', () => {
  for (const [name, expected, filter] of CASES) {
    it(`${expected === 'ok' ? 'takes' : 'refuses'} ${name}`, () => {
      assert.equal(check({ where: filter }), expected);
    });
  }

  it('has each order once, and none after the name', () => {
    assert.equal(check({}, [order('a'), order('__name__', true)]), 'ok');
    assert.equal(
      check({}, [order('a'), order('a', true)]),
      'order by clause cannot contain duplicate fields a',
    );
    const afterName = 'order by clause cannot contain more fields after the key';
    assert.equal(check({}, [order('__name__'), order('a')]), afterName);
    assert.equal(check({ where: where('a', 'LESS_THAN') }, [order('__name__')]), afterName);
  });

  it('has cursors for its orders alone, with names for names', () => {
    const startAt = (...values: Value[]): Partial<Query> => ({ startAt: { values, before: true } });
    assert.equal(check(startAt(number(1)), [order('a')]), 'ok');
    assert.equal(check(startAt(number(1), reference), [order('a'), order('__name__')]), 'ok');
    const tooMany = 'Cursor has too many values.';
    assert.equal(check(startAt(number(1), reference), [order('a')]), tooMany);
    assert.equal(
      check(startAt(number(1)), [order('__name__')]),
      'Cursor __key__ value is not a document reference.',
    );
  });

  it('looks in collections with a name that can be', () => {
    assert.equal(
      check({ collectionId: '__x__' }),
      'Collection id "__x__" is invalid because it is reserved.',
    );
    assert.equal(
      check({ collectionId: 'a/b' }),
      'Collection id "a/b" is invalid because it contains "/".',
    );
  });

  it('has no negative bounds, and a search within its limits', () => {
    assert.equal(check({ limit: -1 }), 'limit is negative');
    assert.equal(check({ offset: -1 }), 'offset is negative');
    const search = (limit: number, dimensions: number): string =>
      check({
        nearest: {
          field: ['v'],
          vector: Array.from({ length: dimensions }, () => 1),
          measure: 'COSINE',
          limit,
        },
      });
    assert.equal(search(1000, 2048), 'ok');
    assert.match(search(1001, 2), /no more than 1000/);
    assert.match(search(0, 2), /positive integer/);
    assert.match(search(1, 0), /zero length vector/);
    assert.match(search(1, 2049), /at most 2048/);
  });
});
