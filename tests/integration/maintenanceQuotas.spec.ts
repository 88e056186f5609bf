import assert from 'node:assert/strict';
import { currentAccount, reserveCredit } from '../../functions/src/engine/credits.js';
import { cleanUpCaches } from '../../functions/src/features/maintenance/cleanUpCaches.js';
import { resetQuotas } from '../../functions/src/features/maintenance/resetQuotas.js';
import { readUser } from '../../functions/src/features/users/store.js';
import { closeFirestores, openFirestore } from '../../functions/src/testing/firestore.js';
import { countWrites, holdCommit } from '../support/crash.js';
import { earlier, everybody, hours, makeUser } from '../support/maintenance.js';

/** A project of its own, where nothing else runs and no user is another test's. */
const PROJECT = 'demo-quikthread-months';
const now = new Date('2026-12-01T00:00:00.000Z');
const november = new Date('2026-11-10T00:00:00Z');
const nextMonth = '2027-01-01T00:00:00.000Z';
const nothing = { due: 0, reset: 0, conflicts: 0, failed: 0, finished: true };

describe('maintenance of accounts', function () {
  this.timeout(60_000);
  let db: ReturnType<typeof openFirestore>;

  beforeEach(async () => {
    db = openFirestore(PROJECT);
    for (const name of ['users', 'analytics-cache']) {
      await db.recursiveDelete(db.collection(name));
    }
  });
  afterEach(closeFirestores);

  const user = async (userId: string) => {
    const found = readUser(await db.doc(`users/${userId}`).get());
    assert.ok(found);
    return found;
  };
  const usedUp = { creditsUsed: 2, creditsReserved: 1 };

  describe('a new month', () => {
    it('begins for those who are due, once, and leaves what is reserved', async () => {
      const due = await makeUser(db, november, usedUp);
      const ahead = await makeUser(db, now, usedUp);
      assert.deepEqual(await resetQuotas({ db }, everybody(earlier(now, 1))), nothing);
      assert.deepEqual(await resetQuotas({ db }, everybody(now)), { ...nothing, due: 1, reset: 1 });
      const { creditsUsed, creditsReserved, resetDate, updatedAt } = await user(due);
      assert.deepEqual([creditsUsed, creditsReserved], [0, 1]);
      assert.equal(resetDate.toISOString(), nextMonth);
      assert.deepEqual(updatedAt, now);
      assert.equal((await user(ahead)).creditsUsed, 2);
      const writes = await countWrites('^users/');
      assert.deepEqual(await resetQuotas({ db }, everybody(now)), nothing);
      assert.equal(await countWrites('^users/'), writes);
    });

    it('begins with the first instant of the next one in UTC, after 28, 29, 30 and 31 days', async () => {
      const firsts = {
        '2027-01-31T23:59:59.999Z': ['2027-02-01', '2027-03-01', '2027-04-01', '2027-05-01'],
        '2028-01-31T00:00:00.000Z': ['2028-02-01', '2028-03-01'],
        '2028-02-29T12:00:00.000Z': ['2028-03-01'],
      };
      for (const [since, months] of Object.entries(firsts)) {
        const userId = await makeUser(db, new Date(since), usedUp);
        for (const first of months.map((day) => new Date(day))) {
          const only = { userId };
          assert.deepEqual(await resetQuotas({ db }, everybody(earlier(first, 1), only)), nothing);
          const begun = await resetQuotas({ db }, everybody(first, only));
          assert.deepEqual(begun, { ...nothing, due: 1, reset: 1 });
          assert.equal((await user(userId)).creditsUsed, 0);
          await db.doc(`users/${userId}`).update(usedUp);
        }
      }
    });

    it('is made up for in one step, however many were missed', async () => {
      const userId = await makeUser(db, new Date('2026-01-31T10:00:00Z'), usedUp);
      await resetQuotas({ db }, everybody(now));
      assert.equal((await user(userId)).resetDate.toISOString(), nextMonth);
      assert.deepEqual(await resetQuotas({ db }, everybody(now)), nothing);
    });

    it('takes several runs for more users than one may do', async () => {
      const writer = db.bulkWriter();
      await Promise.all([
        ...Array.from({ length: 650 }, (_, index) =>
          writer.set(db.doc(`users/u${index}`), { ...usedUp, resetDate: now }),
        ),
        writer.close(),
      ]);
      const limited = everybody(now, { limit: 400 });
      const first = { ...nothing, due: 400, reset: 400, finished: false };
      assert.deepEqual(await resetQuotas({ db }, limited), first);
      assert.deepEqual(await resetQuotas({ db }, limited), { ...nothing, due: 250, reset: 250 });
      const left = await db.collection('users').where('creditsUsed', '>', 0).count().get();
      assert.equal(left.data().count, 0);
    });

    it('loses no credit that is reserved at the same moment', async () => {
      const userId = await makeUser(db, november, usedUp);
      const ref = db.doc(`users/${userId}`);
      const held = await holdCommit({ path: `^users/${userId}$`, when: 'before' });
      const running = resetQuotas({ db }, everybody(now));
      await held.untilHit();
      await db.runTransaction(async (transaction) => {
        const found = readUser(await transaction.get(ref));
        assert.ok(found);
        transaction.update(ref, { ...reserveCredit({ ...found, creditsReserved: 0 }, now) });
      });
      await held.release();
      assert.deepEqual(await running, { ...nothing, due: 1, conflicts: 1 });
      const { creditsUsed, creditsReserved, resetDate } = await user(userId);
      assert.deepEqual([creditsUsed, creditsReserved], [0, 1]);
      assert.equal(resetDate.toISOString(), nextMonth);
    });

    it('is begun all the same for one who was changed otherwise', async () => {
      const userId = await makeUser(db, november, usedUp);
      const held = await holdCommit({ path: `^users/${userId}$`, when: 'before' });
      const running = resetQuotas({ db }, everybody(now));
      await held.untilHit();
      await db.doc(`users/${userId}`).update({ displayName: 'Ada', creditsUsed: 3 });
      await held.release();
      assert.deepEqual(await running, { ...nothing, due: 1, reset: 1, conflicts: 1 });
      const { displayName, creditsUsed } = await user(userId);
      assert.deepEqual([displayName, creditsUsed], ['Ada', 0]);
    });

    it('does not bring back one who was deleted', async () => {
      const userId = await makeUser(db, november, usedUp);
      const held = await holdCommit({ path: `^users/${userId}$`, when: 'before' });
      const running = resetQuotas({ db }, everybody(now));
      await held.untilHit();
      await db.doc(`users/${userId}`).delete();
      await held.release();
      assert.deepEqual(await running, { ...nothing, due: 1, conflicts: 1 });
      assert.equal((await db.doc(`users/${userId}`).get()).exists, false);
    });

    it('begins for the others where a document is broken', async () => {
      const fine = await makeUser(db, november, usedUp);
      await makeUser(db, november, { creditsUsed: 'two' });
      const counts = await resetQuotas({ db }, everybody(now));
      assert.deepEqual(counts, { ...nothing, due: 2, reset: 1, failed: 1 });
      assert.equal((await user(fine)).creditsUsed, 0);
    });

    it('begins for one user alone, where that is asked for', async () => {
      const [one, other] = [
        await makeUser(db, november, usedUp),
        await makeUser(db, november, usedUp),
      ];
      const counts = await resetQuotas({ db }, everybody(now, { userId: one }));
      assert.deepEqual(counts, { ...nothing, due: 1, reset: 1 });
      assert.deepEqual(await resetQuotas({ db }, everybody(now, { userId: one })), nothing);
      assert.deepEqual(await resetQuotas({ db }, everybody(now, { userId: 'nobody' })), nothing);
      assert.equal((await user(other)).creditsUsed, 2);
    });

    it('is only counted in a dry run', async () => {
      const userId = await makeUser(db, november, usedUp);
      for (const only of [{}, { userId }]) {
        const counts = await resetQuotas({ db }, everybody(now, { dryRun: true, ...only }));
        assert.deepEqual(counts, { ...nothing, due: 1 });
      }
      const found = await user(userId);
      assert.equal(found.creditsUsed, 2);
      assert.equal(currentAccount(found, now).creditsUsed, 0);
    });
  });

  describe('old analytics', () => {
    const none = { old: 0, deleted: 0, kept: 0, failed: 0, finished: true };
    const cache = (userId: string) => db.doc(`analytics-cache/${userId}`);
    const refresh = (userId: string) => db.doc(`analytics-cache/${userId}/private/refresh`);
    const makeCache = async (userId: string, ageHours: number, leaseEndsAt?: Date) => {
      await cache(userId).set({ userId, timestamp: earlier(now, hours(ageHours)), data: {} });
      if (leaseEndsAt) await refresh(userId).set({ userId, owner: 'a', expiresAt: leaseEndsAt });
    };
    const exists = async (...userIds: string[]) =>
      Promise.all(userIds.map(async (userId) => (await cache(userId).get()).exists));

    it('are deleted after 24 hours, with what is private beside them', async () => {
      await makeCache('old', 24, earlier(now, hours(24)));
      await makeCache('young', 23.9);
      assert.deepEqual(await cleanUpCaches({ db }, everybody(now)), {
        ...none,
        old: 1,
        deleted: 1,
      });
      assert.deepEqual(await exists('old', 'young'), [false, true]);
      assert.equal((await refresh('old').get()).exists, false);
      assert.deepEqual(await cleanUpCaches({ db }, everybody(now)), none);
    });

    it('stay while somebody renews them, for whom the lease stays too', async () => {
      await makeCache('busy', 30, new Date(now.getTime() + 30_000));
      assert.deepEqual(await cleanUpCaches({ db }, everybody(now)), { ...none, old: 1, kept: 1 });
      assert.deepEqual(await exists('busy'), [true]);
      assert.ok((await refresh('busy').get()).exists);
    });

    it('are deleted in several runs, of one user, or only counted', async () => {
      for (const userId of ['a', 'b', 'c', 'd']) await makeCache(userId, 48);
      const dry = await cleanUpCaches({ db }, everybody(now, { dryRun: true }));
      assert.deepEqual(dry, { ...none, old: 4 });
      const one = await cleanUpCaches({ db }, everybody(now, { userId: 'd' }));
      assert.deepEqual(one, { ...none, old: 1, deleted: 1 });
      assert.deepEqual(await cleanUpCaches({ db }, everybody(now, { userId: 'd' })), none);
      const some = await cleanUpCaches({ db }, everybody(now, { limit: 2 }));
      assert.deepEqual(some, { ...none, old: 2, deleted: 2, finished: false });
      const rest = await cleanUpCaches({ db }, everybody(now, { limit: 2 }));
      assert.deepEqual(rest, { ...none, old: 1, deleted: 1 });
    });
  });
});
