import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { StoredDocument } from '../model/document.js';
import type { Value } from '../model/value.js';
import { DocumentStore } from '../storage/documentStore.js';
import { evaluateQuery, matchesQuery } from './evaluate.js';
import type { Filter, Order, Query } from './query.js';
import { completeOrder } from './query.js';

const DATABASE = { projectId: 'p', databaseId: 'd' };
const integer = (value: number): Value => ({ type: 'integer', value: BigInt(value) });

function documentOf(path: string, n: number): StoredDocument {
  return { path, fields: new Map([['n', integer(n)]]), createTime: 0n, updateTime: 0n };
}

function storeOf(documents: readonly StoredDocument[]): DocumentStore {
  const store = new DocumentStore();
  for (const document of documents) store.set(document);
  return store;
}

function queryOf(options: Partial<Query> & { order?: readonly Order[] } = {}): Query {
  const { order = [], ...rest } = options;
  return {
    parent: '',
    collectionId: 'c',
    allDescendants: false,
    offset: 0,
    orderBy: completeOrder(order, options.where),
    ...rest,
  };
}

describe('the complete order of a query', () => {
  const range = (field: string): Filter => ({
    kind: 'field',
    field: [field],
    operator: 'GREATER_THAN',
    value: integer(1),
  });

  it('adds the fields of inequalities by name, then the name, in the last direction', () => {
    const where: Filter = { kind: 'and', filters: [range('z'), range('b'), range('a')] };
    const order = completeOrder([{ field: ['b'], descending: true }], where);
    assert.deepEqual(
      order.map(({ field, descending }) => `${field.join('.')} ${descending}`),
      ['b true', 'a true', 'z true', '__name__ true'],
    );
  });

  it('has the name once, in its own place and direction', () => {
    const order = completeOrder([{ field: ['__name__'], descending: true }], undefined);
    assert.deepEqual(order, [{ field: ['__name__'], descending: true }]);
  });
});

describe('evaluating a query', () => {
  const documents = fc.uniqueArray(
    fc.record({ id: fc.integer({ min: 0, max: 99 }), n: fc.integer({ min: 0, max: 5 }) }),
    { selector: ({ id }) => id, maxLength: 30 },
  );

  it('pages through all results once, by cursors and by offsets', () => {
    fc.assert(
      fc.property(documents, fc.integer({ min: 1, max: 7 }), fc.boolean(), (list, size, down) => {
        const store = storeOf(list.map(({ id, n }) => documentOf(`c/${id}`, n)));
        const order = [{ field: ['n'], descending: down }];
        const all = evaluateQuery(DATABASE, store, queryOf({ order })).documents;
        const byOffset: StoredDocument[] = [];
        const byCursor: StoredDocument[] = [];
        for (let offset = 0; offset < all.length; offset += size) {
          const page = queryOf({ order, offset, limit: size });
          byOffset.push(...evaluateQuery(DATABASE, store, page).documents);
          const last = byCursor.at(-1);
          const startAt = last && { values: positionOf(last), before: false };
          const next = queryOf({ order, limit: size, ...(startAt && { startAt }) });
          byCursor.push(...evaluateQuery(DATABASE, store, next).documents);
        }
        assert.deepEqual(byOffset, all);
        assert.deepEqual(byCursor, all);
      }),
    );
  });

  it('finds exactly the documents that match one by one', () => {
    fc.assert(
      fc.property(documents, fc.integer({ min: 0, max: 5 }), (list, bound) => {
        const all = list.map(({ id, n }) => documentOf(`c/${id}`, n));
        const where: Filter = {
          kind: 'field',
          field: ['n'],
          operator: 'LESS_THAN_OR_EQUAL',
          value: integer(bound),
        };
        const query = queryOf({ where });
        const found = evaluateQuery(DATABASE, storeOf(all), query).documents;
        const expected = all.filter((document) => matchesQuery(DATABASE, document, query));
        assert.deepEqual(new Set(found), new Set(expected));
        assert.equal(found.length, list.filter(({ n }) => n <= bound).length);
      }),
    );
  });

  it('keeps to its collection, or to those of a group below its parent', () => {
    const store = storeOf(
      ['c/1', 'c/1/c/2', 'd/1/c/3', 'd/1/cc/4'].map((path) => documentOf(path, 0)),
    );
    const found = (options: Partial<Query>): string[] =>
      evaluateQuery(DATABASE, store, queryOf(options)).documents.map(({ path }) => path);
    assert.deepEqual(found({}), ['c/1']);
    assert.deepEqual(found({ parent: 'd/1' }), ['d/1/c/3']);
    assert.deepEqual(found({ allDescendants: true }), ['c/1', 'c/1/c/2', 'd/1/c/3']);
    assert.deepEqual(found({ parent: 'c/1', allDescendants: true }), ['c/1/c/2']);
  });
});

/** The cursor values of a document in an order by `n` and name. */
function positionOf(document: StoredDocument): Value[] {
  const name = `projects/p/databases/d/documents/${document.path}`;
  return [document.fields.get('n') ?? integer(0), { type: 'reference', value: name }];
}
