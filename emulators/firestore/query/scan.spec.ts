import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { StoredDocument } from '../model/document.js';
import { formatName } from '../model/path.js';
import type { Value } from '../model/value.js';
import type { Documents } from '../storage/documentStore.js';
import { DocumentStore } from '../storage/documentStore.js';
import { PastDocuments } from '../storage/pastDocuments.js';
import { evaluateQuery } from './evaluate.js';
import type { FieldFilter, Filter, Order, Query } from './query.js';
import { FIELD_OPERATORS, UNARY_OPERATORS, completeOrder } from './query.js';

const DATABASE = { projectId: 'p', databaseId: 'd' };

const plain: fc.Arbitrary<Value> = fc.oneof(
  fc.integer({ min: 0, max: 2 }).map((n): Value => ({ type: 'integer', value: BigInt(n) })),
  fc.constantFrom(NaN, -0, 1, 1.5).map((n): Value => ({ type: 'double', value: n })),
  fc.constantFrom('', 'a', 'b').map((text): Value => ({ type: 'string', value: text })),
  fc.constantFrom<Value>(
    { type: 'null' },
    { type: 'boolean', value: true },
    { type: 'map', fields: new Map([['x', { type: 'integer', value: 1n }]]) },
  ),
);
const array = (arbitrary: fc.Arbitrary<Value>, minLength = 0): fc.Arbitrary<Value> =>
  fc.array(arbitrary, { minLength, maxLength: 3 }).map((values) => ({ type: 'array', values }));
const value = fc.oneof({ weight: 3, arbitrary: plain }, array(plain));
const path = fc
  .tuple(fc.constantFrom('c', 'c', 'c', 'top/1/c', 'top/2/c', 'other'), fc.nat(12))
  .map(([collection, id]) => `${collection}/${id}`);
const reference = path.map((to): Value => ({ type: 'reference', value: formatName(DATABASE, to) }));
const document: fc.Arbitrary<StoredDocument> = fc
  .tuple(path, fc.array(fc.tuple(fc.constantFrom('a', 'b'), value), { minLength: 2, maxLength: 4 }))
  .map(([at, fields]) => ({
    path: at,
    fields: new Map(fields),
    createTime: 0n,
    updateTime: 0n,
  }));

const NAME = ['__name__'];
const field = fc.constantFrom(['a'], ['b'], ['a', 'x']);
const comparison = fc.constantFrom(...FIELD_OPERATORS.slice(0, 6));
const leaf: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({ kind: fc.constant('field'), field, operator: comparison, value }),
  fc.record({
    kind: fc.constant('field'),
    field: fc.constant(NAME),
    operator: comparison,
    value: reference,
  }),
  fc.record({
    kind: fc.constant('field'),
    field,
    operator: fc.constantFrom('IN', 'NOT_IN', 'ARRAY_CONTAINS_ANY'),
    value: array(value, 1),
  }),
  fc.record({
    kind: fc.constant('field'),
    field,
    operator: fc.constant('ARRAY_CONTAINS'),
    value: plain,
  }),
  fc.record({
    kind: fc.constant('field'),
    field: fc.constant(NAME),
    operator: fc.constant('IN'),
    value: array(reference, 1),
  }),
  fc.record({
    kind: fc.constant('unary'),
    field,
    operator: fc.constantFrom(...UNARY_OPERATORS),
  }),
);
const composite = (part: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> =>
  fc.record({
    kind: fc.constantFrom('and', 'or'),
    filters: fc.array(part, { minLength: 1, maxLength: 3 }),
  });
const where = composite(fc.oneof({ weight: 2, arbitrary: leaf }, composite(leaf)));
const order: fc.Arbitrary<Order[]> = fc.uniqueArray(
  fc.record({ field: fc.constantFrom(['a'], ['b']), descending: fc.boolean() }),
  { maxLength: 2, selector: (each) => each.field.join('.') },
);
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
/** Most queries have no cursors: with random ones they would find little. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const query: fc.Arbitrary<Query> = fc
  .record({
    scope: fc.constantFrom('collection', 'group', 'everything'),
    filter: optional(where),
    explicit: order,
    named: optional(fc.boolean()),
    cursors: fc.tuple(
      rarely(fc.tuple(value, value, reference, fc.boolean())),
      rarely(fc.tuple(value, value, reference, fc.boolean())),
    ),
    offset: fc.nat(2),
    limit: fc.option(fc.nat(5), { nil: undefined, freq: 2 }),
  })
  .map(({ scope, filter, explicit, named, cursors, offset, limit }) => {
    const asked =
      named === undefined ? explicit : [...explicit, { field: NAME, descending: named }];
    const orderBy = completeOrder(asked, filter);
    const [startAt, endAt] = cursors.map((cursor) => {
      const [a, b, name, before] = cursor ?? [];
      if (a === undefined || b === undefined || name === undefined || before === undefined) {
        return undefined;
      }
      const plain = [a, b];
      const values = orderBy.map((each, index) =>
        each.field[0] === '__name__' ? name : (plain[index] ?? a),
      );
      return { values: values.slice(0, Math.max(1, asked.length)), before };
    });
    return {
      parent: '',
      ...(scope !== 'everything' && { collectionId: 'c' }),
      allDescendants: scope !== 'collection',
      orderBy,
      offset,
      ...(filter !== undefined && { where: filter }),
      ...(startAt !== undefined && { startAt }),
      ...(endAt !== undefined && { endAt }),
      ...(limit !== undefined && { limit }),
    };
  });

function answer(documents: Documents, asked: Query): unknown {
  const { documents: found, skipped } = evaluateQuery(DATABASE, documents, asked);
  return { found: found.map((each) => each.path), skipped };
}

describe('answering a query by index', () => {
  it('gives what looking through every document gives, through any history of writes', () => {
    const history = fc.array(fc.oneof(document, path), { maxLength: 12 });
    const property = fc.property(
      fc.array(document, { minLength: 10, maxLength: 40, size: 'max' }),
      history,
      fc.array(query, { minLength: 1, maxLength: 4 }),
      (documents, writes, queries) => {
        const store = new DocumentStore(0);
        const unindexed = new PastDocuments(store, new Map());
        for (const each of documents) store.set(each);
        const check = (): void => {
          for (const asked of queries) {
            assert.deepEqual(answer(store, asked), answer(unindexed, asked));
          }
        };
        check();
        for (const write of writes) {
          if (typeof write === 'string') store.delete(write);
          else store.set(write);
        }
        check();
      },
    );
    fc.assert(property, { numRuns: 1000 });
  }).timeout(60_000);

  const integer = (n: number): Value => ({ type: 'integer', value: BigInt(n) });
  const compared = (
    operator: FieldFilter['operator'],
    operand: Value,
    of: string[] = ['n'],
  ): Filter => ({ kind: 'field', field: of, operator, value: operand });
  const integers = (...values: number[]): Value => ({ type: 'array', values: values.map(integer) });
  const all = (...filters: Filter[]): Filter => ({ kind: 'and', filters });
  const any = (...filters: Filter[]): Filter => ({ kind: 'or', filters });
  interface Few {
    readonly where?: Filter;
    readonly order?: readonly Order[];
    readonly limit?: number;
    readonly isEverything?: boolean;
  }
  const few: Record<string, Few> = {
    equality: { where: compared('EQUAL', integer(70)) },
    'a range': {
      where: all(
        compared('GREATER_THAN', integer(69)),
        compared('LESS_THAN_OR_EQUAL', integer(71)),
      ),
    },
    'one of several values': { where: compared('IN', integers(70, 71, 70)) },
    'an element': { where: compared('ARRAY_CONTAINS', integer(70), ['pair']) },
    'one of several elements': {
      where: compared('ARRAY_CONTAINS_ANY', integers(70, 71), ['pair']),
    },
    alternatives: {
      where: any(
        all(compared('EQUAL', integer(70)), compared('NOT_EQUAL', integer(1))),
        compared('ARRAY_CONTAINS', integer(70), ['pair']),
      ),
    },
    'an order with a limit': { order: [{ field: ['n'], descending: true }], limit: 2 },
    'several values in an order with a limit': {
      where: compared('IN', integers(70, 71, 72)),
      order: [{ field: ['n'], descending: true }],
      limit: 2,
    },
    'a page by name': { order: [{ field: NAME, descending: false }], limit: 2 },
    'a page of all that is in a range of names': {
      where: all(
        compared('GREATER_THAN', { type: 'reference', value: formatName(DATABASE, 'c/7') }, NAME),
        compared('LESS_THAN', { type: 'reference', value: formatName(DATABASE, 'c/8') }, NAME),
      ),
      limit: 2,
      isEverything: true,
    },
  };
  const store = new DocumentStore();
  let looked = 0;
  before(() => {
    for (let n = 0; n < 20_000; n += 1) {
      const fields = new Map([
        ['n', integer(n)],
        ['pair', integers(n, n + 1, n)],
      ]);
      store.set({
        get path() {
          looked += 1;
          return `c/${n}`;
        },
        createTime: 0n,
        updateTime: 0n,
        get fields() {
          looked += 1;
          return fields;
        },
      });
    }
  });
  for (const [kind, wants] of Object.entries(few)) {
    const { where: filter, order: asked = [], limit, isEverything = false } = wants;
    it(`looks at few documents for ${kind}, however many there are`, () => {
      const wanted: Query = {
        parent: '',
        ...(!isEverything && { collectionId: 'c' }),
        allDescendants: isEverything,
        orderBy: completeOrder(asked, filter),
        offset: 0,
        ...(filter !== undefined && { where: filter }),
        ...(limit !== undefined && { limit }),
      };
      const unindexed = new PastDocuments(store, new Map());
      assert.deepEqual(answer(store, wanted), answer(unindexed, wanted));
      looked = 0;
      const { documents } = evaluateQuery(DATABASE, store, wanted);
      assert.ok(documents.length > 0 && documents.length <= 3);
      assert.ok(looked < 500, `${looked} looks`);
    });
  }
});
