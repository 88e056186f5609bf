import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { paths } from '@quikthread/contract';
import type { JobStatus } from '@quikthread/contract';
import { doc, getDoc, getFirestore } from 'firebase/firestore';
import type { Session } from '../../scripts/platform/session.js';
import { PROJECT_ID } from '../../scripts/platform/workspace.js';
import { countWrites, holdCommit, untilEventsAccepted } from '../support/crash.js';
import type { CommitPoint } from '../support/crash.js';
import {
  assertCompletedOnce,
  assertFailed,
  pretendUpload,
  speechOf,
  uploadTone,
} from '../support/jobs.js';
import { admin, closeAll, eventually, ports, signUpOn } from '../support/platform.js';
import { assertRefused } from '../support/refusals.js';
import { deepgram, gemini } from '../support/standIns.js';

/** Commits of a run, in their order. */
const run = (contains: string): CommitPoint => ({
  path: '^jobs/[^/]+/private/run$',
  contains,
  when: 'before',
});
const claim = run('"lease":{');
const transcribed = run('"transcribe"');
const end = run('"end":"completed"');

describe('a job', function () {
  this.timeout(120_000);
  let user: Session;
  let storagePath: string;

  beforeEach(async () => {
    await Promise.all([deepgram.reset(), gemini.reset()]);
    user = await signUpOn('free');
    storagePath = await uploadTone(user);
  });
  after(async () => {
    await Promise.all([deepgram.reset(), gemini.reset()]);
    await closeAll();
  });

  const create = async () => (await user.client.createJob({ type: 'upload', storagePath })).jobId;
  const credits = async () => {
    const { creditsUsed, creditsReserved } = await user.client.getQuota();
    return [creditsUsed, creditsReserved];
  };
  /** How many requests about this user's recordings came to Deepgram and Gemini. */
  const requests = async () => [
    (await deepgram.journal(user.userId)).length,
    (await gemini.journal(user.userId)).length,
  ];
  /** A job whose threads Gemini refused to write: its transcript is kept. */
  const createFailing = async () => {
    await deepgram.fault(speechOf(user));
    await gemini.fault({ match: user.userId, status: 403, body: {} });
    const jobId = await create();
    await assertFailed(user, jobId, 'generation_unavailable');
    assert.deepEqual(await requests(), [1, 1]);
    return jobId;
  };
  const privateRun = async (jobId: string) => {
    const snapshot = await admin()
      .firestore.doc(`${paths.job(jobId)}/private/run`)
      .get();
    return snapshot.data() ?? assert.fail('there is no run');
  };

  describe('that succeeds', () => {
    it('is written four times, and its owner sees each state once, in order', async () => {
      await deepgram.fault(speechOf(user));
      const holds = await Promise.all([claim, transcribed, end].map(holdCommit));
      const jobId = await create();
      const seen: JobStatus[] = [];
      const completed = user.client.waitForJob(jobId, { onChange: (job) => void seen.push(job) });
      // Each commit waits until the listener has shown the state before it.
      for (const [index, hold] of holds.entries()) {
        await hold.untilHit();
        await eventually(() => {
          assert.equal(seen.length, index + 1);
        });
        await hold.release();
      }
      await completed;
      assert.deepEqual(
        seen.map(({ status, progress }) => [status, progress]),
        [
          ['processing', 0],
          ['transcribing', 25],
          ['generating', 75],
          ['completed', 100],
        ],
      );
      assert.equal(await countWrites(`^jobs/${jobId}$`), 4);
      for (const { threads, completedAt } of seen.slice(0, 3)) {
        assert.deepEqual([threads, completedAt], [null, null]);
      }
      assert.deepEqual(await user.client.getJob({ jobId }), seen.at(-1));
      assert.deepEqual(
        [await requests(), await credits()],
        [
          [1, 1],
          [1, 0],
        ],
      );
    });

    it('shows its owner its public fields, its transcript, and nothing of its run', async () => {
      await deepgram.fault(speechOf(user));
      const jobId = await create();
      const job = await assertCompletedOnce(user, jobId);
      const stored = await admin().firestore.doc(paths.job(jobId)).get();
      const publicFields = [...Object.keys(job)].sort();
      assert.deepEqual(Object.keys(stored.data() ?? {}).sort(), publicFields);
      const { lease, checkpoints, end: ended } = await privateRun(jobId);
      assert.deepEqual([lease, ended], [null, 'completed']);
      assert.deepEqual(Object.keys(checkpoints as object).sort(), ['resolve', 'transcribe']);
      const own = getDoc(doc(getFirestore(user.app), `${paths.job(jobId)}/private/run`));
      await assert.rejects(own, { code: 'permission-denied' });
      const transcript = await user.client.getTranscript(jobId);
      assert.match(transcript.text, /^Three years ago I opened a small bakery/);
      assert.deepEqual([transcript.userId, transcript.jobId], [user.userId, jobId]);
      const other = await signUpOn('free');
      await assert.rejects(other.client.getTranscript(jobId), { status: 'permission-denied' });
    });

    it('says what each tweet rests on, within the recording', async () => {
      await deepgram.fault(speechOf(user));
      const { threads, duration } = await assertCompletedOnce(user, await create());
      assert.ok(threads && duration !== null);
      assert.deepEqual(
        threads.map(({ threadNumber }) => threadNumber),
        [1, 2, 3, 4, 5],
      );
      for (const { tweets, sources } of threads) {
        assert.equal(sources.length, tweets.length);
        const ranges = sources.flatMap((source) => source.ranges);
        assert.ok(ranges.length > 0, 'a thread of sentences from the recording has no source');
        for (const { start, end: until } of ranges) {
          assert.ok(0 <= start && start < until && until <= duration, `${start} to ${until}`);
        }
      }
    });

    it('is one job however often its event is delivered, at once and late', async () => {
      await deepgram.fault(speechOf(user));
      const held = await holdCommit(transcribed);
      const jobId = await create();
      const early = await Promise.all(Array.from({ length: 4 }, () => deliverCreated(jobId)));
      await held.untilHit();
      const during = await Promise.all(Array.from({ length: 4 }, () => deliverCreated(jobId)));
      await held.release();
      const job = await assertCompletedOnce(user, jobId);
      const late = await deliverCreated(jobId);
      assert.deepEqual(new Set([...early, ...during, late]), new Set([200]));
      assert.deepEqual(await user.client.getJob({ jobId }), job);
      assert.equal(await countWrites(`^jobs/${jobId}$`), 4);
      assert.deepEqual(
        [await requests(), await credits()],
        [
          [1, 1],
          [1, 0],
        ],
      );
    });
  });

  describe('that is cancelled', () => {
    it('while Deepgram hangs is so at once, stays so, and its run stops', async () => {
      await deepgram.fault({ match: user.userId, hang: 'all' }, speechOf(user));
      const jobId = await create();
      await eventually(async () => {
        assert.deepEqual(await requests(), [1, 0]);
      });
      const cancelled = await user.client.cancelJob({ jobId });
      assert.deepEqual(
        [cancelled.status, cancelled.progress, cancelled.threads, cancelled.error],
        ['cancelled', 25, null, null],
      );
      assert.ok(cancelled.completedAt);
      assert.deepEqual([await credits(), (await privateRun(jobId))['lease']], [[0, 0], null]);
      await untilEventsAccepted();
      // As the task does that looks again once the lease has passed.
      assert.equal(await deliverCreated(jobId), 200);
      assert.deepEqual(await user.client.getJob({ jobId }), cancelled);
      assert.deepEqual(
        [await requests(), await credits()],
        [
          [1, 0],
          [0, 0],
        ],
      );
      const again = user.client.cancelJob({ jobId });
      await assertRefused(again, 'failed-precondition', wrongState('cancelled'));

      await user.client.retryJob({ jobId });
      await assertCompletedOnce(user, jobId);
      assert.deepEqual(await requests(), [2, 1]);
    });

    it('after its end is refused, and keeps its end', async () => {
      await deepgram.fault(speechOf(user));
      const completed = await create();
      const job = await assertCompletedOnce(user, completed);
      const call = user.client.cancelJob({ jobId: completed });
      await assertRefused(call, 'failed-precondition', wrongState('completed'));
      assert.deepEqual(await user.client.getJob({ jobId: completed }), job);
      const gone = await pretendUpload(user.userId);
      const { jobId } = await user.client.createJob({ type: 'upload', storagePath: gone });
      assert.equal((await user.client.waitForJob(jobId)).errorCode, 'media_missing');
      await assertRefused(
        user.client.cancelJob({ jobId }),
        'failed-precondition',
        wrongState('failed'),
      );
      assert.deepEqual(await credits(), [1, 0]);
    });
  });

  describe('that is retried', () => {
    it('after a failure goes on where it stopped, for a credit of its own', async () => {
      const jobId = await createFailing();
      const held = await holdCommit(claim);
      const begun = await user.client.retryJob({ jobId });
      assert.deepEqual(
        [begun.status, begun.progress, begun.error, begun.errorCode, begun.completedAt],
        ['processing', 0, null, null, null],
      );
      assert.deepEqual(await credits(), [0, 1]);
      await held.release();
      await assertCompletedOnce(user, jobId);
      assert.deepEqual(await requests(), [1, 2]);
      const again = user.client.retryJob({ jobId });
      await assertRefused(again, 'failed-precondition', wrongState('completed'));
      assert.deepEqual(
        [await credits(), await requests()],
        [
          [1, 0],
          [1, 2],
        ],
      );
    });

    it('while it runs is refused', async () => {
      await deepgram.fault(speechOf(user));
      const held = await holdCommit(claim);
      const jobId = await create();
      await held.untilHit();
      const call = user.client.retryJob({ jobId });
      await assertRefused(call, 'failed-precondition', wrongState('processing'));
      assert.deepEqual(await credits(), [0, 1]);
      await held.release();
      await assertCompletedOnce(user, jobId);
    });

    it('twice at once runs once', async () => {
      const jobId = await createFailing();
      const retry = () => user.client.retryJob({ jobId });
      const outcomes = await Promise.allSettled([retry(), retry()]);
      assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
      await assertCompletedOnce(user, jobId);
      assert.deepEqual(await requests(), [1, 2]);
    });

    it('without a credit is refused, and stays as it was', async () => {
      const jobId = await createFailing();
      const job = await user.client.getJob({ jobId });
      await admin().firestore.doc(paths.user(user.userId)).update({ creditsUsed: 2 });
      const { resetDate } = await user.client.getQuota();
      await assertRefused(user.client.retryJob({ jobId }), 'resource-exhausted', {
        code: 'quota_exceeded',
        creditsUsed: 2,
        creditsReserved: 0,
        maxCredits: 2,
        nextPlan: 'pro',
        resetDate,
      });
      assert.deepEqual(await user.client.getJob({ jobId }), job);
      assert.deepEqual(
        [await credits(), await requests()],
        [
          [2, 0],
          [1, 1],
        ],
      );
    });

    it('without a profile is refused', async () => {
      const jobId = await createFailing();
      await admin().firestore.doc(paths.user(user.userId)).delete();
      const call = user.client.retryJob({ jobId });
      await assertRefused(call, 'not-found', { code: 'profile_missing' });
      assert.equal((await user.client.getJob({ jobId })).status, 'failed');
      assert.deepEqual(await requests(), [1, 1]);
    });
  });
});

function wrongState(status: JobStatus['status']) {
  return { code: 'job_wrong_state', status } as const;
}

const functions = `http://${ports.host('functions')}/functions/projects/${PROJECT_ID}`;

/** Delivers the event of a job's creation as Eventarc does, and answers the function's HTTP status. */
async function deliverCreated(jobId: string): Promise<number> {
  const answer = await fetch(`${functions}/triggers/us-central1-onJobCreated-0`, {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8' },
    body: JSON.stringify({
      specversion: '1.0',
      id: randomUUID(),
      type: 'google.cloud.firestore.document.v1.created',
      source: `//firestore.googleapis.com/projects/${PROJECT_ID}/databases/(default)`,
      subject: `documents/jobs/${jobId}`,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      project: PROJECT_ID,
      database: '(default)',
      namespace: '(default)',
      document: `jobs/${jobId}`,
      data: {},
    }),
  });
  return answer.status;
}
