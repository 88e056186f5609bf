import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { StoredDocument } from '../model/document.js';
import { collectionOf, isBelow, lastSegment } from '../model/path.js';
import { DocumentStore } from './documentStore.js';

const PATHS = ['a/1', 'a/2', 'a/1/b/1', 'a/1/b/2', 'a/3/b/2', 'ab/1', 'b/1', 'b/1/b/3/c/4'];
const COLLECTIONS = ['a', 'ab', 'b', 'a/1/b', 'a/3/b', 'b/1/b', 'b/1/b/3/c', 'none'];
const PARENTS = ['', 'a/1', 'a/2', 'a/3', 'b/1', 'b/1/b/3', 'none/1'];

function documentOf(path: string, version = 0n): StoredDocument {
  return { path, fields: new Map(), createTime: version, updateTime: version };
}

function storeOf(paths: readonly string[]): DocumentStore {
  const store = new DocumentStore();
  for (const path of paths) store.set(documentOf(path));
  return store;
}

/** The segments directly below a path on the ways to some documents, each once. */
function segmentsBelow(paths: readonly string[], parent: string): string[] {
  const depth = parent === '' ? 0 : parent.split('/').length;
  const below = paths.filter((path) => isBelow(path, parent));
  return [...new Set(below.map((path) => path.split('/')[depth] ?? ''))].sort();
}

/** What a store says of everything in it, in a form to compare. */
function contentOf(store: DocumentStore): object {
  const sorted = (documents: Iterable<StoredDocument>): StoredDocument[] =>
    [...documents].sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    all: sorted(store.all()),
    single: PATHS.map((path) => store.get(path)),
    collections: COLLECTIONS.map((path) => sorted(store.collection(path))),
    below: PARENTS.map((path) => sorted(store.descendants(path))),
    groups: PARENTS.map((path) => sorted(store.descendants(path, 'b'))),
    collectionIds: PARENTS.map((path) => store.collectionIds(path)),
    documentIds: COLLECTIONS.map((path) => store.documentIds(path)),
  };
}

/** The same, found among all documents one by one. */
function expectedOf(documents: ReadonlyMap<string, StoredDocument>): object {
  const paths = [...documents.keys()].sort();
  const those = (test: (path: string) => boolean): StoredDocument[] =>
    paths.filter(test).flatMap((path) => documents.get(path) ?? []);
  const inGroup = (path: string): boolean => lastSegment(collectionOf(path)) === 'b';
  return {
    all: those(() => true),
    single: PATHS.map((path) => documents.get(path)),
    collections: COLLECTIONS.map((each) => those((path) => collectionOf(path) === each)),
    below: PARENTS.map((parent) => those((path) => isBelow(path, parent))),
    groups: PARENTS.map((parent) => those((path) => isBelow(path, parent) && inGroup(path))),
    collectionIds: PARENTS.map((parent) => segmentsBelow(paths, parent)),
    documentIds: COLLECTIONS.map((collection) => segmentsBelow(paths, collection)),
  };
}

describe('the documents of a database', () => {
  it('are found by path, collection, group and parent, whatever is written and deleted', () => {
    const step = fc.record({ path: fc.constantFrom(...PATHS), isDelete: fc.boolean() });
    const property = fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const store = new DocumentStore();
      const model = new Map<string, StoredDocument>();
      for (const [index, { path, isDelete }] of steps.entries()) {
        const document = documentOf(path, BigInt(index));
        if (isDelete) store.delete(path);
        else store.set(document);
        if (isDelete) model.delete(path);
        else model.set(path, document);
        assert.deepEqual(contentOf(store), expectedOf(model));
      }
    });
    fc.assert(property, { numRuns: 200 });
  }).timeout(30_000);

  it('have ids in the order of names, numeric ones first', () => {
    const ids = ['b', '__id10__', 'a', '__id9__'];
    const store = storeOf(ids.map((id) => `c/${id}/sub/1`));
    assert.deepEqual(store.documentIds('c'), ['__id9__', '__id10__', 'a', 'b']);
    const collections = storeOf(ids.map((id) => `${id}/1`));
    assert.deepEqual(collections.collectionIds(''), ['__id9__', '__id10__', 'a', 'b']);
  });

  it('are all gone once cleared, and from the indexes', () => {
    const store = storeOf(PATHS);
    const group = { parent: '', collectionId: 'b', allDescendants: true };
    const positions = (): number | undefined =>
      store.index(group, ['__name__'], 'value')?.position(() => false);
    assert.equal(positions(), 4);
    store.clear();
    assert.equal(positions(), 0);
    assert.deepEqual(contentOf(store), expectedOf(new Map()));
  });

  it('are looked through without an index where they are few', () => {
    const many = storeOf(Array.from({ length: 64 }, (_, index) => `many/${index}`));
    many.set(documentOf('few/1'));
    const indexOf = (collectionId: string): unknown =>
      many.index({ parent: '', collectionId, allDescendants: false }, ['n'], 'value');
    assert.notEqual(indexOf('many'), undefined);
    assert.equal(indexOf('few'), undefined);
    assert.equal(indexOf('none'), undefined);
  });
});
