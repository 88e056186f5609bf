import assert from 'node:assert/strict';
import { shapeOf } from '../../functions/src/app/maintenance.js';
import type { RunTask } from '../../functions/src/engine/dependencies.js';
import { readJob, readRun, runPath } from '../../functions/src/engine/documents.js';
import { claim, readOwnRun } from '../../functions/src/engine/lease.js';
import { sweepJobs } from '../../functions/src/features/maintenance/sweepJobs.js';
import { randomId } from '../../functions/src/platform/ids.js';
import { closeFirestores, openFirestore } from '../../functions/src/testing/firestore.js';
import { earlier, endedAt, everybody, hours, makeJob, makeUser } from '../support/maintenance.js';
import type { JobState } from '../support/maintenance.js';

/** A project of its own, where no function listens. */
const PROJECT = 'demo-quikthread-sweep';
const now = new Date('2026-11-21T10:00:00.000Z');
const minutes = (count: number) => count * 60_000;
const nothing = { found: 0, takenUp: 0, givenUp: 0, failed: 0, finished: true };

describe('the sweep of stalled jobs', function () {
  this.timeout(60_000);
  let db: ReturnType<typeof openFirestore>;
  let userId: string;
  let enqueued: RunTask[];

  beforeEach(async () => {
    db = openFirestore(PROJECT);
    for (const name of ['jobs', 'posts', 'error-logs', 'event-logs']) {
      await db.recursiveDelete(db.collection(name));
    }
    enqueued = [];
    userId = await makeUser(db, now, { creditsReserved: 1 });
  });
  afterEach(closeFirestores);

  const deps = () => {
    return { db, shapeOf, schedule: (task: RunTask) => Promise.resolve(void enqueued.push(task)) };
  };
  const sweep = (options = everybody(now)) => sweepJobs(deps(), options);
  const make = (state: Partial<JobState>) =>
    makeJob(db, { userId, createdAt: earlier(now, minutes(30)), ...state });
  const run = async (jobId: string) => {
    const found = readRun(await db.doc(runPath(jobId)).get());
    assert.ok(found);
    return found;
  };
  const job = async (jobId: string) => {
    const found = readJob(await db.doc(`jobs/${jobId}`).get());
    assert.ok(found);
    return found;
  };
  const lease = (agoMs: number) => ({ owner: 'dead', expiresAt: earlier(now, agoMs) });

  const stalled: Readonly<Record<string, () => Promise<string>>> = {
    'whose lease ran out': () => make({ run: { lease: lease(minutes(2)), attempts: 1 } }),
    'that was never begun': () => make({ createdAt: earlier(now, minutes(11)) }),
    'that was retried and not begun': () =>
      make({
        createdAt: earlier(now, hours(900)),
        run: { round: 1 },
        shown: { updatedAt: earlier(now, minutes(11)) },
      }),
    'that waited and was not taken up again': () =>
      make({ run: { notBefore: earlier(now, minutes(2)), attempts: 2 } }),
    'whose time came': () =>
      make({
        createdAt: earlier(now, hours(500)),
        job: { kind: 'post', type: null, startsAt: earlier(now, minutes(2)) },
      }),
  };
  for (const [what, makeStalled] of Object.entries(stalled)) {
    it(`takes up a job ${what}, and counts that`, async () => {
      const jobId = await makeStalled();
      assert.deepEqual(await sweep(), { ...nothing, found: 1, takenUp: 1 });
      assert.deepEqual(enqueued, [{ jobId, round: 1, notBefore: now.toISOString() }]);
      const { sweeps, end } = await run(jobId);
      assert.deepEqual([sweeps, end], [1, null]);
      const claimed = await claim(db, jobId, 'next', now, 60);
      assert.equal(claimed.outcome, 'claimed');
      assert.equal((await sweep()).takenUp, 0);
    });
  }

  it('leaves jobs alone that somebody looks after, or that have ended', async () => {
    await make({ run: { lease: lease(-minutes(1)) } });
    await make({ run: { lease: lease(30_000) } });
    await make({ createdAt: earlier(now, minutes(9)) });
    await make({
      createdAt: earlier(now, hours(99)),
      shown: { updatedAt: earlier(now, minutes(9)) },
    });
    await make({ run: { notBefore: earlier(now, -minutes(1)) } });
    await make({
      createdAt: earlier(now, hours(500)),
      job: { startsAt: earlier(now, -minutes(1)) },
    });
    await make({ run: { lease: lease(hours(2)), end: 'completed' } });
    await make(endedAt(earlier(now, hours(1))));
    const { takenUp, givenUp, failed } = await sweep();
    assert.deepEqual([takenUp, givenUp, failed, enqueued], [0, 0, 0, []]);
  });

  const lost: Readonly<Record<string, Partial<JobState>>> = {
    'that two hours of sweeps did not help': { run: { lease: lease(minutes(2)), sweeps: 24 } },
    'that shows no progress for a day': {
      createdAt: earlier(now, hours(25)),
      run: { lease: lease(minutes(2)) },
    },
    'that waits for a day beyond its time': {
      createdAt: earlier(now, hours(60)),
      run: { notBefore: earlier(now, hours(25)) },
    },
    'that was not begun for a day': { createdAt: earlier(now, hours(25)) },
  };
  for (const [what, state] of Object.entries(lost)) {
    it(`fails a job ${what}, and returns its credit once`, async () => {
      const jobId = await make({ ...state, run: { ...state.run, costsCredit: true } });
      assert.deepEqual(await sweep(), { ...nothing, found: 1, givenUp: 1 });
      const { status, errorCode, error, completedAt } = await job(jobId);
      assert.deepEqual([status, errorCode, completedAt], ['failed', 'internal', now.toISOString()]);
      assert.match(error ?? '', /stopped on our side/);
      const { end, lease, notBefore } = await run(jobId);
      assert.deepEqual([end, lease, notBefore], ['failed', null, null]);
      const user = await db.doc(`users/${userId}`).get();
      assert.deepEqual([user.get('creditsUsed'), user.get('creditsReserved')], [0, 0]);
      const errors = await db.collection('error-logs').get();
      assert.deepEqual(
        errors.docs.map((log) => [log.get('context.jobId'), log.get('context.service')] as unknown),
        [[jobId, 'sweep']],
      );
      const events = await db.collection('event-logs').get();
      assert.deepEqual(
        events.docs.map((log) => log.get('type') as unknown),
        ['job_failed'],
      );
      assert.deepEqual([await sweep(), enqueued], [nothing, []]);
    });
  }

  it('takes the job of a worker that lives away from it, when it is given up', async () => {
    const jobId = await make({ run: { lease: lease(minutes(2)), sweeps: 24 } });
    await sweep();
    const write = db.runTransaction((transaction) => readOwnRun(transaction, db, jobId, 'dead'));
    await assert.rejects(write, { name: 'LeaseLostError' });
  });

  it('stops a post that is given up, and takes it out of what is upcoming', async () => {
    const postId = randomId();
    const scheduledAt = earlier(now, hours(25));
    const at = scheduledAt.toISOString();
    const upcoming = { postId, jobId: 'source', threadIndex: 0, at };
    await db.doc(`users/${userId}`).update({ upcoming: [upcoming] });
    await db.doc(`posts/${postId}`).set({ postId, userId, status: 'scheduled' });
    const input = { jobId: 'source', threadIndex: 0, tweets: ['One.'], scheduledAt: at };
    await make({
      createdAt: earlier(now, hours(500)),
      job: { jobId: postId, kind: 'post', type: null, input, startsAt: scheduledAt },
    });
    assert.deepEqual(await sweep(), { ...nothing, found: 1, givenUp: 1 });
    const post = await db.doc(`posts/${postId}`).get();
    assert.deepEqual([post.get('status'), post.get('errorCode')], ['stopped', 'internal']);
    const user = await db.doc(`users/${userId}`).get();
    assert.deepEqual([user.get('upcoming'), user.get('creditsReserved')], [[], 1]);
  });

  it('goes on to the other jobs where one is broken or half gone', async () => {
    const broken = await make({ run: { lease: lease(minutes(5)), attempts: 'many' } });
    const gone = await make({ run: { lease: lease(minutes(4)) } });
    await db.doc(`jobs/${gone}`).delete();
    const fine = await make({ run: { lease: lease(minutes(3)) } });
    assert.deepEqual(await sweep(), { ...nothing, found: 3, takenUp: 1, failed: 1 });
    assert.deepEqual(
      enqueued.map(({ jobId }) => jobId),
      [fine],
    );
    assert.equal((await db.doc(runPath(broken)).get()).get('end'), null);
  });

  it('is bounded, begins with what waits longest, and says that there is more', async () => {
    const jobs = [];
    for (const age of [5, 4, 3]) jobs.push(await make({ run: { lease: lease(minutes(age)) } }));
    const counts = await sweep(everybody(now, { limit: 2 }));
    assert.deepEqual(counts, { ...nothing, found: 2, takenUp: 2, finished: false });
    assert.deepEqual(enqueued.map(({ jobId }) => jobId).sort(), jobs.slice(0, 2).sort());
  });

  it('looks after one user alone, or only counts, where that is asked for', async () => {
    const mine = await make({ run: { lease: lease(minutes(5)) } });
    await make({ run: { lease: lease(-minutes(5)) } });
    await make(endedAt(earlier(now, minutes(5))));
    const other = await makeUser(db, now);
    const lost = await make({ userId: other, createdAt: earlier(now, hours(30)) });
    const dry = await sweep(everybody(now, { dryRun: true }));
    assert.deepEqual(dry, { ...nothing, found: 2, takenUp: 1, givenUp: 1 });
    assert.deepEqual([(await run(lost)).end, enqueued], [null, []]);
    const counts = await sweep(everybody(now, { userId }));
    assert.deepEqual(counts, { ...nothing, found: 2, takenUp: 1 });
    assert.deepEqual(
      enqueued.map(({ jobId }) => jobId),
      [mine],
    );
    assert.equal((await run(lost)).end, null);
  });
});
