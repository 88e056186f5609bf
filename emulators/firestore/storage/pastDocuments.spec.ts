import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { StoredDocument } from '../model/document.js';
import { ChangeLog } from './changeLog.js';
import type { Documents } from './documentStore.js';
import { DocumentStore } from './documentStore.js';
import { PastDocuments } from './pastDocuments.js';

const PATHS = ['a/1', 'a/2', 'a/1/b/1', 'a/3/b/2', 'b/1', 'b/1/b/3/c/4'];
const PARENTS = ['', 'a/1', 'a/3', 'b/1', 'b/1/b/3'];
const COLLECTIONS = ['a', 'b', 'a/1/b', 'a/3/b', 'b/1/b', 'b/1/b/3/c', 'none'];

/** Everything that can be read of some documents, in a form to compare. */
function read(documents: Documents): object {
  const paths = (list: Iterable<StoredDocument>): string[] =>
    [...list].map(({ path, updateTime }) => `${path}@${updateTime}`).sort();
  return {
    single: PATHS.map((path) => documents.get(path)),
    collections: COLLECTIONS.map((path) => paths(documents.collection(path))),
    ids: COLLECTIONS.map((path) => documents.documentIds(path)),
    below: PARENTS.map((path) => paths(documents.descendants(path))),
    groups: PARENTS.map((path) => paths(documents.descendants(path, 'b'))),
    collectionIds: PARENTS.map((path) => documents.collectionIds(path)),
  };
}

describe('documents at a past time', () => {
  it('are in every way as they were then', () => {
    const change = fc.record({ path: fc.constantFrom(...PATHS), isDelete: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 15 }), (changes) => {
        const store = new DocumentStore();
        const log = new ChangeLog();
        const then = [read(store)];
        for (const [index, { path, isDelete }] of changes.entries()) {
          const version = BigInt(index + 1);
          const before = store.get(path);
          const after = { path, fields: new Map(), createTime: version, updateTime: version };
          if (isDelete) store.delete(path);
          else store.set(after);
          log.append({ version, changes: [{ path, before, after: isDelete ? undefined : after }] });
          then.push(read(store));
        }
        for (const [version, expected] of then.entries()) {
          const undone = log.since(BigInt(version));
          assert.ok(undone !== undefined);
          assert.deepEqual(read(new PastDocuments(store, undone)), expected);
        }
      }),
    );
  });
});
