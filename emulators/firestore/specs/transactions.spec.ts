import assert from 'node:assert/strict';
import type { Firestore } from 'firebase-admin/firestore';
import type { Harness } from './harness.js';
import { startHarness } from './harness.js';

const ABORTED = 10;

/** A promise and the way to settle it from outside. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return {
    opened,
    open: () => {
      open();
    },
  };
}

describe('transactions, through firebase-admin', () => {
  let harness: Harness;
  let db: Firestore;

  before(async () => {
    harness = await startHarness({ timeouts: { writeMs: 200, transactionIdleMs: 600 } });
    db = harness.admin();
  });
  beforeEach(async () => {
    await harness.clear();
    await db.doc('a/1').set({ x: 1 });
    await db.doc('a/2').set({ x: 1 });
  });
  after(() => harness.stop());

  const valueOf = async (path: string): Promise<unknown> => (await db.doc(path).get()).get('x');

  it('lets ten concurrent read-modify-writes of one document all succeed', async () => {
    await Promise.all(
      Array.from({ length: 10 }, () =>
        db.runTransaction(async (transaction) => {
          const snapshot = await transaction.get(db.doc('a/1'));
          transaction.update(db.doc('a/1'), { x: Number(snapshot.get('x')) + 1 });
        }),
      ),
    );
    assert.equal(await valueOf('a/1'), 11);
  });

  it('keeps a writer out of what a transaction has read, until it ends', async () => {
    const read = gate();
    const goOn = gate();
    const order: string[] = [];
    const transaction = db.runTransaction(async (tx) => {
      const snapshot = await tx.get(db.doc('a/1'));
      read.open();
      await goOn.opened;
      tx.update(db.doc('a/2'), { x: snapshot.get('x') });
    });
    await read.opened;
    const write = db
      .doc('a/1')
      .set({ x: 5 })
      .then(() => order.push('write'));
    assert.equal(await valueOf('a/1'), 1);
    goOn.open();
    await transaction.then(() => order.push('transaction'));
    await write;
    assert.deepEqual(order.sort(), ['transaction', 'write']);
    assert.equal(await valueOf('a/2'), 1);
    assert.equal(await valueOf('a/1'), 5);
  });

  it('gives up a writer that waits too long', async () => {
    const read = gate();
    const goOn = gate();
    const transaction = db.runTransaction(
      async (tx) => {
        await tx.get(db.doc('a/1'));
        read.open();
        await goOn.opened;
      },
      { maxAttempts: 1 },
    );
    await read.opened;
    const other = db.runTransaction(
      (tx) => {
        tx.set(db.doc('a/1'), { x: 9 });
        return Promise.resolve();
      },
      { maxAttempts: 1 },
    );
    await assert.rejects(other, { code: ABORTED, message: /Transaction lock timeout/ });
    goOn.open();
    await transaction;
    assert.equal(await valueOf('a/1'), 1);
  });

  it('breaks a deadlock of two transactions by aborting one of them', async () => {
    const reads = [gate(), gate()];
    const transfer = (index: number): Promise<unknown> =>
      db.runTransaction(
        async (tx) => {
          await tx.get(db.doc('a/1'));
          reads[index]?.open();
          await Promise.all(reads.map((read) => read.opened));
          tx.update(db.doc('a/1'), { x: index });
        },
        { maxAttempts: 1 },
      );
    const results = await Promise.allSettled([transfer(0), transfer(1)]);
    assert.deepEqual(results.map((result) => result.status).sort(), ['fulfilled', 'rejected']);
    const winner = results.findIndex((result) => result.status === 'fulfilled');
    const loser = results.find((result) => result.status === 'rejected');
    assert.match(String(loser?.reason), /ABORTED: Too much contention/);
    assert.equal(await valueOf('a/1'), winner);
  });

  it('locks the result of a query, so that no document can join it', async () => {
    const addOnce = (): Promise<boolean> =>
      db.runTransaction(async (tx) => {
        const found = await tx.get(db.collection('jobs').where('key', '==', 'k'));
        if (!found.empty) return false;
        tx.create(db.collection('jobs').doc(), { key: 'k' });
        return true;
      });
    const added = await Promise.all([addOnce(), addOnce(), addOnce(), addOnce()]);
    assert.equal(added.filter(Boolean).length, 1);
    assert.equal((await db.collection('jobs').get()).size, 1);
  });

  it('lets writes pass that a locked query does not concern', async () => {
    await db.runTransaction(async (tx) => {
      await tx.get(db.collection('jobs').where('key', '==', 'k'));
      await db.collection('jobs').doc('other').set({ key: 'other' });
      await db.doc('a/1').set({ x: 2 });
    });
    assert.equal((await db.doc('jobs/other').get()).exists, true);
  });

  it('releases what it read when it is rolled back', async () => {
    const failed = db.runTransaction(async (tx) => {
      await tx.get(db.doc('a/1'));
      throw new Error('changed my mind');
    });
    await assert.rejects(failed, /changed my mind/);
    await db.doc('a/1').set({ x: 2 });
    assert.equal(await valueOf('a/1'), 2);
  });

  it('expires when it is not used', async () => {
    const read = gate();
    const goOn = gate();
    const forgotten = db.runTransaction(
      async (tx) => {
        await tx.get(db.doc('a/1'));
        read.open();
        await goOn.opened;
        tx.update(db.doc('a/2'), { x: 7 });
      },
      { maxAttempts: 1 },
    );
    await read.opened;
    await db.doc('a/1').set({ x: 2 });
    goOn.open();
    await assert.rejects(forgotten, { message: /transaction has expired/ });
    assert.equal(await valueOf('a/2'), 1);
  });

  it('rolls back what a client left open when its connection ends', async () => {
    const other = harness.admin();
    const read = gate();
    const left = other.runTransaction(
      async (tx) => {
        await tx.get(other.doc('a/1'));
        read.open();
        await other.terminate();
      },
      { maxAttempts: 1 },
    );
    await read.opened;
    await assert.rejects(left);
    await db.doc('a/1').set({ x: 2 });
    assert.equal(await valueOf('a/1'), 2);
  });

  it('reads in a read-only transaction without locking', async () => {
    await db.runTransaction(
      async (tx) => {
        await tx.get(db.doc('a/1'));
        await db.doc('a/1').set({ x: 2 });
      },
      { readOnly: true },
    );
    assert.equal(await valueOf('a/1'), 2);
  });
});
