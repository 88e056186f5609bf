import assert from 'node:assert/strict';
import type { Firestore } from 'firebase-admin/firestore';
import { FieldPath, FieldValue, GeoPoint, Timestamp } from 'firebase-admin/firestore';
import type { Harness } from './harness.js';
import { startHarness } from './harness.js';

const ALREADY_EXISTS = 6;
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;
const INVALID_ARGUMENT = 3;

describe('documents, through firebase-admin', () => {
  let harness: Harness;
  let db: Firestore;

  before(async () => {
    harness = await startHarness();
    db = harness.admin();
  });
  beforeEach(() => harness.clear());
  after(() => harness.stop());

  it('gives back every type of value as it was written', async () => {
    const data = {
      nothing: null,
      yes: true,
      integer: 42,
      negative: -(2 ** 40),
      double: 0.5,
      infinity: Infinity,
      when: new Timestamp(1_700_000_000, 123_456_000),
      text: 'naïve 🎧 𐍈',
      bytes: Buffer.from([0, 255, 1]),
      ref: db.doc('users/u1'),
      place: new GeoPoint(52.5, -13.4),
      list: [1, 'two', { three: [3] }],
      map: { 'odd.key': { inner: true }, empty: {} },
      vector: FieldValue.vector([1, 2, 3]),
    };
    await db.doc('things/one').set(data);
    assert.deepEqual((await db.doc('things/one').get()).data(), data);
  });

  it('refuses to create twice and to update what is missing', async () => {
    await db.doc('a/1').create({ x: 1 });
    await assert.rejects(db.doc('a/1').create({ x: 2 }), { code: ALREADY_EXISTS });
    await assert.rejects(db.doc('a/2').update({ x: 2 }), { code: NOT_FOUND });
    assert.equal((await db.doc('a/1').get()).get('x'), 1);
  });

  it('applies a batch whole or not at all', async () => {
    const batch = db.batch();
    batch.set(db.doc('a/1'), { x: 1 });
    batch.update(db.doc('a/missing'), { x: 1 });
    await assert.rejects(batch.commit(), { code: NOT_FOUND });
    assert.equal((await db.doc('a/1').get()).exists, false);
  });

  it('changes only the fields that an update names, quoted ones and removals among them', async () => {
    await db.doc('a/1').set({ keep: 1, gone: 2, nested: { a: 1, b: 2 }, 'odd.key': 1 });
    await db.doc('a/1').update({ 'nested.a': 9, gone: FieldValue.delete() });
    await db.doc('a/1').update(new FieldPath('odd.key'), 5, new FieldPath('new`key'), 6);
    await db.doc('a/1').set({ nested: { c: 3 } }, { merge: true });
    assert.deepEqual((await db.doc('a/1').get()).data(), {
      keep: 1,
      nested: { a: 9, b: 2, c: 3 },
      'odd.key': 5,
      'new`key': 6,
    });
  });

  it('computes transforms from what is stored', async () => {
    await db.doc('a/1').set({ n: 1, list: [1, 2], text: 'x' });
    await db.doc('a/1').update({
      n: FieldValue.increment(2),
      text: FieldValue.increment(4),
      half: FieldValue.increment(0.5),
      list: FieldValue.arrayUnion(2, 3),
      at: FieldValue.serverTimestamp(),
    });
    await db.doc('a/1').update({ list: FieldValue.arrayRemove(1) });
    const data = (await db.doc('a/1').get()).data();
    assert.ok(data?.['at'] instanceof Timestamp);
    assert.equal(data['at'].nanoseconds % 1_000_000, 0);
    delete data['at'];
    assert.deepEqual(data, { n: 3, text: 4, half: 0.5, list: [2, 3] });
  });

  it('moves the update time only when something changed, and checks it as a precondition', async () => {
    const first = await db.doc('a/1').set({ x: 1 });
    const same = await db.doc('a/1').set({ x: 1 });
    assert.ok(first.writeTime.isEqual(same.writeTime));
    const changed = await db.doc('a/1').set({ x: 2 });
    assert.ok(changed.writeTime.valueOf() > first.writeTime.valueOf());
    const stale = { lastUpdateTime: first.writeTime };
    await assert.rejects(db.doc('a/1').update({ x: 3 }, stale), { code: FAILED_PRECONDITION });
    await db.doc('a/1').update({ x: 3 }, { lastUpdateTime: changed.writeTime });
    const snapshot = await db.doc('a/1').get();
    assert.equal(snapshot.get('x'), 3);
    assert.ok(snapshot.createTime?.isEqual(first.writeTime));
  });

  it('applies the writes of a batch in order, and none where one is refused', async () => {
    const ref = db.doc('a/1');
    const again = db
      .batch()
      .set(ref, { x: 1 })
      .delete(ref)
      .set(ref, { y: 2 })
      .update(ref, { z: 3 });
    await again.commit();
    assert.deepEqual((await ref.get()).data(), { y: 2, z: 3 });
    const afterDelete = db.batch().set(db.doc('a/2'), {}).delete(ref).update(ref, { z: 4 });
    await assert.rejects(afterDelete.commit(), { code: INVALID_ARGUMENT });
    const ofNone = db.batch().set(db.doc('a/2'), {}).update(db.doc('a/3'), { z: 4 });
    await assert.rejects(ofNone.commit(), { code: NOT_FOUND });
    assert.deepEqual((await ref.get()).data(), { y: 2, z: 3 });
    assert.equal((await db.doc('a/2').get()).exists, false);
  });

  it('refuses a document over 1 MiB and takes one just below', async () => {
    const text = 'x'.repeat(1_048_400);
    const large = db.doc('a/1').set({ text, more: 'x'.repeat(200) });
    await assert.rejects(large, { code: INVALID_ARGUMENT, message: /its size \(1,048,6/ });
    await db.doc('a/1').set({ text });
  });

  it('answers a bulk write one by one', async () => {
    await db.doc('a/2').set({ x: 0 });
    const writer = db.bulkWriter();
    writer.onWriteError(() => false);
    const results = await Promise.allSettled([
      writer.create(db.doc('a/1'), { x: 1 }),
      writer.create(db.doc('a/2'), { x: 1 }),
      writer.set(db.doc('a/3'), { x: 1 }),
      writer.close(),
    ]);
    assert.deepEqual(
      results.map((result) => result.status),
      ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    );
    assert.equal((await db.doc('a/2').get()).get('x'), 0);
  });

  it('lists collections, and documents that exist only as a parent', async () => {
    await db.doc('a/1').set({});
    await db.doc('a/2/sub/x').set({});
    await db.doc('b/1').set({});
    const ids = (list: { id: string }[]): string[] => list.map(({ id }) => id);
    assert.deepEqual(ids(await db.listCollections()), ['a', 'b']);
    assert.deepEqual(ids(await db.collection('a').listDocuments()), ['1', '2']);
    assert.deepEqual(ids(await db.doc('a/2').listCollections()), ['sub']);
    assert.deepEqual(ids((await db.collection('a').get()).docs), ['1']);
  });

  it('deletes a tree', async () => {
    await db.doc('a/1').set({});
    await db.doc('a/1/sub/x').set({});
    await db.doc('ab/1').set({});
    await db.recursiveDelete(db.collection('a'));
    assert.equal((await db.collectionGroup('sub').get()).size, 0);
    assert.equal((await db.doc('ab/1').get()).exists, true);
  });
});
