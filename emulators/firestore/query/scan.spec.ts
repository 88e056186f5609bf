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
import { completeOrder } from './query.js';

const DATABASE = { projectId: 'p', databaseId: 'd' };

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.integer({ min: -2, max: 2 }).map((n): Value => ({ type: 'integer', value: BigInt(n) })),
  fc.constantFrom(NaN, -0, 0, 0.5, 1, -Infinity).map((n): Value => ({ type: 'double', value: n })),
  fc.constantFrom('', 'a', 'b').map((text): Value => ({ type: 'string', value: text })),
  fc.constantFrom<Value>(
    { type: 'null' },
    { type: 'boolean', value: true },
    { type: 'array', values: [{ type: 'integer', value: 1n }] },
    { type: 'map', fields: new Map([['x', { type: 'integer', value: 1n }]]) },
  ),
);
const path = fc
  .tuple(fc.constantFrom('c', 'top/1/c', 'top/2/c', 'other'), fc.nat(12))
  .map(([collection, id]) => `${collection}/${id}`);
const reference = path.map((to): Value => ({ type: 'reference', value: formatName(DATABASE, to) }));
const document: fc.Arbitrary<StoredDocument> = fc
  .tuple(path, fc.dictionary(fc.constantFrom('a', 'b'), value))
  .map(([at, fields]) => ({
    path: at,
    fields: new Map(Object.entries(fields)),
    createTime: 0n,
    updateTime: 0n,
  }));

const NAME = ['__name__'];
const field = fc.constantFrom(['a'], ['b'], ['a', 'x']);
const comparison = fc.constantFrom(
  'LESS_THAN',
  'LESS_THAN_OR_EQUAL',
  'GREATER_THAN',
  'GREATER_THAN_OR_EQUAL',
  'EQUAL',
  'NOT_EQUAL',
);
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
    value: fc
      .array(value, { minLength: 1, maxLength: 3 })
      .map((values): Value => ({ type: 'array', values })),
  }),
  fc.record({
    kind: fc.constant('unary'),
    field,
    operator: fc.constantFrom('IS_NULL', 'IS_NAN', 'IS_NOT_NULL', 'IS_NOT_NAN'),
  }),
);
const where: fc.Arbitrary<Filter> = fc.record({
  kind: fc.constantFrom('and', 'and', 'or'),
  filters: fc.array(leaf, { minLength: 1, maxLength: 3 }),
});
const order: fc.Arbitrary<Order[]> = fc.uniqueArray(
  fc.record({ field: fc.constantFrom(['a'], ['b']), descending: fc.boolean() }),
  { maxLength: 2, selector: (each) => each.field.join('.') },
);
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

const query: fc.Arbitrary<Query> = fc
  .record({
    isGroup: fc.boolean(),
    filter: optional(where),
    explicit: order,
    named: optional(fc.boolean()),
    cursors: fc.tuple(
      optional(fc.tuple(value, value, reference, fc.boolean())),
      optional(fc.tuple(value, value, reference, fc.boolean())),
    ),
    offset: fc.nat(2),
    limit: optional(fc.nat(5)),
  })
  .map(({ isGroup, filter, explicit, named, cursors, offset, limit }) => {
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
      collectionId: 'c',
      allDescendants: isGroup,
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
      fc.array(document, { maxLength: 40 }),
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
    fc.assert(property, { numRuns: 300 });
  });

  const integer = (n: number): Value => ({ type: 'integer', value: BigInt(n) });
  const compared = (operator: FieldFilter['operator'], n: number): Filter => ({
    kind: 'field',
    field: ['n'],
    operator,
    value: integer(n),
  });
  const few: Record<string, { where?: Filter; order: readonly Order[]; limit?: number }> = {
    equality: { where: compared('EQUAL', 70), order: [] },
    'a range': {
      where: {
        kind: 'and',
        filters: [compared('GREATER_THAN', 69), compared('LESS_THAN_OR_EQUAL', 71)],
      },
      order: [],
    },
    'an order with a limit': { order: [{ field: ['n'], descending: true }], limit: 2 },
    'a page by name': { order: [{ field: NAME, descending: false }], limit: 2 },
  };
  for (const [kind, { where: filter, order: asked, limit }] of Object.entries(few)) {
    it(`looks at few documents for ${kind}, however many there are`, () => {
      const store = new DocumentStore();
      let looked = 0;
      for (let n = 0; n < 20_000; n += 1) {
        const fields = new Map([['n', integer(n)]]);
        store.set({
          path: `c/${n}`,
          createTime: 0n,
          updateTime: 0n,
          get fields() {
            looked += 1;
            return fields;
          },
        });
      }
      const wanted: Query = {
        parent: '',
        collectionId: 'c',
        allDescendants: false,
        orderBy: completeOrder(asked, filter),
        offset: 0,
        ...(filter !== undefined && { where: filter }),
        ...(limit !== undefined && { limit }),
      };
      evaluateQuery(DATABASE, store, wanted);
      looked = 0;
      const { documents } = evaluateQuery(DATABASE, store, wanted);
      assert.equal(documents.length, kind === 'equality' ? 1 : 2);
      assert.ok(looked < 200, `${looked} looks`);
    });
  }
});
