import assert from 'node:assert/strict';
import type { StoredDocument } from '../model/document.js';
import type { Value } from '../model/value.js';
import type { FieldIndex, IndexKind } from './fieldIndex.js';
import { Indexes } from './indexes.js';

const integer = (n: number): Value => ({ type: 'integer', value: BigInt(n) });
const double = (n: number): Value => ({ type: 'double', value: n });
const array = (...values: Value[]): Value => ({ type: 'array', values });

function documentOf(path: string, n?: Value): StoredDocument {
  return { path, fields: new Map(n && [['n', n]]), createTime: 0n, updateTime: 0n };
}

const pathsOf = (index: FieldIndex): string[] =>
  [...index.slice(0, Infinity, false)].map(({ path }) => path);

describe('the indexes of single fields', () => {
  let indexes: Indexes;
  const get = (
    collection: string,
    kind: IndexKind,
    documents: StoredDocument[] = [],
    field = 'n',
  ): FieldIndex => indexes.get({ collection }, [field], kind, documents);

  beforeEach(() => {
    indexes = new Indexes();
  });

  it('have the documents with the field by value, then by name', () => {
    const documents = [
      documentOf('c/2', integer(1)),
      documentOf('c/3'),
      documentOf('c/1', double(1)),
      documentOf('c/0', integer(2)),
    ];
    const index = get('c', 'value', documents);
    assert.deepEqual(pathsOf(index), ['c/1', 'c/2', 'c/0']);
    assert.deepEqual(
      [...index.slice(1, 3, true)].map(({ path }) => path),
      ['c/0', 'c/2'],
    );
    assert.deepEqual(pathsOf(get('c', 'value', documents, '__name__')), [
      'c/0',
      'c/1',
      'c/2',
      'c/3',
    ]);
  });

  it('have each element of an array once, and nothing of other values', () => {
    const index = get('c', 'elements', [
      documentOf('c/1', array(integer(2), integer(1), double(1))),
      documentOf('c/2', array(integer(1))),
      documentOf('c/3', integer(1)),
      documentOf('c/4', array()),
    ]);
    assert.deepEqual(pathsOf(index), ['c/1', 'c/2', 'c/1']);
    const elements: unknown[] = [];
    index.position((_, element) => {
      elements.push(element);
      return false;
    });
    assert.ok(elements.every((element) => element !== undefined));
    assert.equal(
      index.position((_, element) => element?.type === 'integer' && element.value === 2n),
      2,
    );
  });

  it('are kept with every write, of the field or of something else', () => {
    const first = documentOf('c/1', array(integer(1), integer(2)));
    const values = get('c', 'value', [first]);
    const elements = get('c', 'elements', [first]);
    const changed = documentOf('c/1', array(integer(2)));
    const added = documentOf('c/2', array(integer(2), integer(3)));
    indexes.update(first, changed);
    indexes.update(undefined, added);
    assert.deepEqual(pathsOf(values), ['c/1', 'c/2']);
    assert.deepEqual(pathsOf(elements), ['c/1', 'c/2', 'c/2']);
    const scalar = documentOf('c/2', integer(0));
    indexes.update(added, scalar);
    indexes.update(changed, documentOf('c/1'));
    assert.deepEqual(pathsOf(values), ['c/2']);
    assert.deepEqual(pathsOf(elements), []);
    indexes.update(scalar, undefined);
    assert.deepEqual(pathsOf(values), []);
  });

  it('are of one collection, of all with an id, or of everything', () => {
    const single = get('c', 'value');
    const group = indexes.get({ group: 'c' }, ['n'], 'value', []);
    const everything = indexes.get({}, ['n'], 'value', []);
    for (const path of ['c/1', 'a/1/c/2', 'd/3']) {
      indexes.update(undefined, documentOf(path, integer(1)));
    }
    assert.deepEqual(pathsOf(single), ['c/1']);
    assert.deepEqual(pathsOf(group), ['a/1/c/2', 'c/1']);
    assert.deepEqual(pathsOf(everything), ['a/1/c/2', 'c/1', 'd/3']);
  });

  it('are built once, and anew after they were dropped', () => {
    const document = documentOf('c/1', integer(1));
    assert.deepEqual(pathsOf(get('c', 'value', [document])), ['c/1']);
    assert.deepEqual(pathsOf(get('c', 'value')), ['c/1']);
    indexes.drop('c');
    assert.deepEqual(pathsOf(get('c', 'value')), []);
  });
});
