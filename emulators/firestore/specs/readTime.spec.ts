import assert from 'node:assert/strict';
import type { Firestore, WriteResult } from 'firebase-admin/firestore';
import { Timestamp } from 'firebase-admin/firestore';
import type { Harness } from './harness.js';
import { startHarness } from './harness.js';

const INVALID_ARGUMENT = 3;
const FAILED_PRECONDITION = 9;

describe('reading at a past time, through firebase-admin', () => {
  let harness: Harness;
  let db: Firestore;
  let first: WriteResult;

  before(async () => {
    harness = await startHarness();
    db = harness.admin();
    await db.doc('a/kept').set({ n: 1 });
    await db.doc('a/gone').set({ n: 2 });
    first = await db.doc('a/changed').set({ n: 3 });
    await db.doc('a/changed').set({ n: 4 });
    await db.doc('a/gone').delete();
    await db.doc('a/new').set({ n: 5 });
    await db.doc('a/new/below/x').set({});
  });
  after(() => harness.stop());

  const at = (readTime: Timestamp): { readOnly: true; readTime: Timestamp } => ({
    readOnly: true,
    readTime,
  });
  const numbers = (docs: { get(field: string): unknown }[]): unknown[] =>
    docs.map((document) => document.get('n'));

  it('finds documents, queries and counts as they were', async () => {
    await db.runTransaction(async (transaction) => {
      const refs = ['kept', 'gone', 'changed', 'new'].map((id) => db.doc(`a/${id}`));
      const documents = await transaction.getAll(...refs);
      assert.deepEqual(numbers(documents), [1, 2, 3, undefined]);
      const ordered = await transaction.get(db.collection('a').orderBy('n', 'desc'));
      assert.deepEqual(numbers(ordered.docs), [3, 2, 1]);
      assert.ok(ordered.readTime.isEqual(first.writeTime));
      const group = await transaction.get(db.collectionGroup('below'));
      assert.equal(group.size, 0);
      const count = await transaction.get(db.collection('a').where('n', '>', 1).count());
      assert.equal(count.data().count, 2);
    }, at(first.writeTime));
  });

  it('sees one time throughout a read-only transaction, whatever is written meanwhile', async () => {
    await db.doc('b/1').set({ n: 1 });
    await db.runTransaction(
      async (transaction) => {
        const before = await transaction.get(db.doc('b/1'));
        await db.doc('b/1').set({ n: 2 });
        await db.doc('b/2').set({ n: 2 });
        const again = await transaction.get(db.doc('b/1'));
        const query = await transaction.get(db.collection('b'));
        assert.deepEqual(numbers([before, again, ...query.docs]), [1, 1, 1]);
      },
      { readOnly: true },
    );
    assert.equal((await db.collection('b').get()).size, 2);
  });

  it('refuses a time to come, and one of which too much has changed since', async () => {
    const read = (time: Timestamp): Promise<unknown> =>
      db.runTransaction((transaction) => transaction.get(db.doc('a/kept')), at(time));
    const tomorrow = Timestamp.fromMillis(Date.now() + 86_400_000);
    await assert.rejects(read(tomorrow), { code: INVALID_ARGUMENT });
    const batch = db.batch();
    for (let n = 0; n < 20_001; n += 1) batch.set(db.doc(`many/${n}`), {});
    await batch.commit();
    await assert.rejects(read(first.writeTime), {
      code: FAILED_PRECONDITION,
      message: /requested snapshot version is too old/,
    });
  }).timeout(20_000);
});
