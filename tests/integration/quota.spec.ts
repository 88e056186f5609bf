import assert from 'node:assert/strict';
import { paths, uploadIdOf } from '@quikthread/contract';
import type { CallableInput, ErrorDetails, Upload } from '@quikthread/contract';
import type { QuikThreadStatus } from '@quikthread/client';
import type { Session } from '../../scripts/platform/session.js';
import { holdCommit } from '../support/crash.js';
import {
  assertCompletedOnce,
  assertFailed,
  pretendUpload,
  speechOf,
  uploadTone,
} from '../support/jobs.js';
import { admin, closeAll, setPlan, signUpOn } from '../support/platform.js';
import {
  assertInvalid,
  assertNothingTaken,
  assertRefused,
  refusalOf,
} from '../support/refusals.js';
import { deepgram, gemini } from '../support/standIns.js';

type JobInput = CallableInput<'createJob'>;

const times = <T>(count: number, make: () => Promise<T>) =>
  Array.from({ length: count }, () => make());

async function creditsOf({ client }: Session) {
  const { creditsUsed, creditsReserved, remaining } = await client.getQuota();
  return { creditsUsed, creditsReserved, remaining };
}

describe('quota', function () {
  this.timeout(120_000);
  let user: Session;
  beforeEach(async () => {
    await Promise.all([deepgram.reset(), gemini.reset()]);
    user = await signUpOn('free');
  });
  after(async () => {
    await Promise.all([deepgram.reset(), gemini.reset()]);
    await closeAll();
  });

  /** An upload whose jobs stay at Deepgram until they are cancelled. */
  const uploadThatStays = async (): Promise<JobInput> => {
    await deepgram.fault({ match: user.userId, hang: 'all', times: 10 });
    return { type: 'upload', storagePath: await uploadTone(user) };
  };
  const jobIds = async () => (await user.client.listJobs()).jobs.map(({ jobId }) => jobId);

  describe('under concurrent calls', () => {
    it('two credits make two jobs of ten calls, and eight refusals that say why', async () => {
      const input = await uploadThatStays();
      const { resetDate } = await user.client.getQuota();
      const calls = times(10, () => user.client.createJob(input));
      const outcomes = await Promise.allSettled(calls);
      const made = outcomes.flatMap((o) => (o.status === 'fulfilled' ? [o.value.jobId] : []));
      assert.equal(made.length, 2);
      const refused = calls.filter((_, i) => outcomes[i]?.status === 'rejected');
      assert.equal(refused.length, 8);
      for (const call of refused) {
        const message = await assertRefused(call, 'resource-exhausted', {
          code: 'quota_exceeded',
          creditsUsed: 0,
          creditsReserved: 2,
          maxCredits: 2,
          nextPlan: 'pro',
          resetDate,
        });
        assert.match(message, /2 credits.*0 used and 2 in running jobs.*pro plan/);
      }
      assert.deepEqual((await jobIds()).sort(), made.sort());
      await Promise.all(made.map((jobId) => user.client.cancelJob({ jobId })));
      assert.deepEqual(await creditsOf(user), {
        creditsUsed: 0,
        creditsReserved: 0,
        remaining: 2,
      });
    });

    it('one idempotency key makes one job of eight calls, and reserves one credit', async () => {
      const input: JobInput = { ...(await uploadThatStays()), idempotencyKey: 'same-key' };
      const made = await Promise.all(times(8, () => user.client.createJob(input)));
      const [jobId = assert.fail()] = new Set(made.map((answer) => answer.jobId));
      assert.deepEqual(await jobIds(), [jobId]);
      assert.ok(made.every((answer) => answer.jobId === jobId));
      assert.equal((await creditsOf(user)).creditsReserved, 1);
      await user.client.cancelJob({ jobId });
      assert.deepEqual(await user.client.createJob(input), { jobId });
      assert.deepEqual(await creditsOf(user), {
        creditsUsed: 0,
        creditsReserved: 0,
        remaining: 2,
      });
    });
  });

  it('an idempotency key names one recording, of one user', async () => {
    const idempotencyKey = 'first-of-all';
    const storagePath = await pretendUpload(user.userId);
    const input = { type: 'upload', storagePath, idempotencyKey } as const;
    const { jobId } = await user.client.createJob(input);
    await assertFailed(user, jobId, 'media_missing');
    const another = await pretendUpload(user.userId, { duration: 61 });
    const contentUrl = 'http://127.0.0.1/talk.mp3';
    for (const source of [
      { type: 'upload', storagePath: another },
      { type: 'url', contentUrl },
    ] as const) {
      const call = user.client.createJob({ ...source, idempotencyKey });
      await assertInvalid(call, 'idempotencyKey');
    }
    assert.deepEqual(await jobIds(), [jobId]);
    assert.deepEqual(await creditsOf(user), { creditsUsed: 0, creditsReserved: 0, remaining: 2 });
    const other = await signUpOn('free');
    const theirs = { ...input, storagePath: await pretendUpload(other.userId) };
    const made = await other.client.createJob(theirs);
    assert.notEqual(made.jobId, jobId);
    await assertFailed(other, made.jobId, 'media_missing');
  });

  it('no plan is named to those who have the largest', async () => {
    await setPlan(user.userId, 'business');
    await admin().firestore.doc(paths.user(user.userId)).update({ creditsUsed: 100 });
    const { resetDate } = await user.client.getQuota();
    const storagePath = await pretendUpload(user.userId);
    const call = user.client.createJob({ type: 'upload', storagePath });
    await assertRefused(call, 'resource-exhausted', {
      code: 'quota_exceeded',
      creditsUsed: 100,
      creditsReserved: 0,
      maxCredits: 100,
      nextPlan: null,
      resetDate,
    });
    assert.deepEqual(await jobIds(), []);
  });

  it('a job keeps the bounds that it was made with when the plan changes under it', async () => {
    await Promise.all([setPlan(user.userId, 'pro'), deepgram.fault(speechOf(user))]);
    const storagePath = await uploadTone(user);
    await findings(user, storagePath, { duration: 1860 });
    const held = await holdCommit({
      path: '^jobs/[^/]+/private/run$',
      contains: '"lease":{',
      when: 'before',
    });
    const { jobId } = await user.client.createJob({ type: 'upload', storagePath });
    await held.untilHit();
    await setPlan(user.userId, 'free');
    await held.release();
    await assertCompletedOnce(user, jobId);
    assert.equal((await creditsOf(user)).remaining, 1);
    const again = user.client.createJob({ type: 'upload', storagePath });
    await assertRefused(again, 'failed-precondition', tooLong(1860, 'pro'));
  });

  describe('a recording that cannot be used takes no credit and makes no job', () => {
    const stranger = 'users/somebody/uploads/talk.mp3';
    const pretend = (found: Partial<Upload>) => () => pretendUpload(user.userId, found);
    const uploads: Readonly<
      Record<string, readonly [() => Promise<string>, ErrorDetails, RegExp]>
    > = {
      'an upload that is not there': [
        () => Promise.resolve(`users/${user.userId}/uploads/none.mp3`),
        { code: 'upload_missing' },
        /upload the file first/,
      ],
      'an upload that is still checked': [
        pretend({ status: 'pending', duration: null, container: null, codec: null }),
        { code: 'upload_pending' },
        /try again in a few seconds/,
      ],
      "another user's upload": [
        () => Promise.resolve(stranger),
        { code: 'upload_not_yours' },
        /another user/,
      ],
      'an upload that was rejected': [
        pretend({ status: 'rejected', reason: 'no_audio', message: 'It has no sound.' }),
        { code: 'upload_rejected', reason: 'no_audio' },
        /^It has no sound\.$/,
      ],
      '31 minutes on the free plan': [
        pretend({ duration: 1860 }),
        tooLong(1860, 'pro'),
        /31 min long; your plan allows 30 min\. The pro plan allows it\./,
      ],
      'longer than any plan allows': [
        pretend({ duration: 3601 }),
        tooLong(3601, null),
        /60 min 1 s long; your plan allows 30 min\.$/,
      ],
    };
    for (const [name, [make, details, message]] of Object.entries(uploads)) {
      it(`${name}: ${details.code}`, async () => {
        const storagePath = await make();
        const call = user.client.createJob({ type: 'upload', storagePath });
        assert.match(await assertRefused(call, 'failed-precondition', details), message);
        await assertNothingTaken(user);
      });
    }

    it('31 minutes are accepted on the pro plan', async () => {
      const storagePath = await pretendUpload(user.userId, { duration: 1860 });
      await setPlan(user.userId, 'pro');
      const { jobId } = await user.client.createJob({ type: 'upload', storagePath });
      await assertFailed(user, jobId, 'media_missing');
    });

    const links: Readonly<Record<string, readonly [LinkCode, RegExp]>> = {
      'ftp://example.com/talk.mp3': ['url_forbidden', /only https and http/],
      'file:///etc/passwd': ['url_forbidden', /only https and http/],
      'talk.mp3': ['url_forbidden', /not a link/],
      'https://ada:hunter2@example.com/talk.mp3': ['url_forbidden', /user name or password/],
      'http://169.254.169.254/computeMetadata/v1/': ['url_forbidden', /not a public address/],
      'http://10.0.0.1/talk.mp3': ['url_forbidden', /not a public address/],
      'http://0xa000001/talk.mp3': ['url_forbidden', /not a public address/],
      'http://[fd00::1]/talk.mp3': ['url_forbidden', /not a public address/],
      'http://[::ffff:192.168.0.1]/talk.mp3': ['url_forbidden', /not a public address/],
      'http://no-such-host.invalid/talk.mp3?token=hush': ['url_unreachable', /was not found/],
    };
    for (const [contentUrl, [code, problem]] of Object.entries(links)) {
      it(`${contentUrl}: ${code}`, async () => {
        const { status, details, message } = await refusalOf(
          user.client.createJob({ type: 'url', contentUrl }),
        );
        assert.equal(status, statusOfLink[code], message);
        assert.ok(details?.code === code);
        assert.match(details.problem, problem);
        assert.equal(message, `contentUrl: ${details.problem}`);
        assert.doesNotMatch(message, /hunter2|hush|computeMetadata|passwd/);
        await assertNothingTaken(user);
      });
    }

    it('input that the contract does not allow: each field is named', async () => {
      const { client, userId } = user;
      const storagePath = `users/${userId}/uploads/talk.mp3`;
      const escape = `users/${userId}/uploads/../../other/talk.mp3`;
      await assertInvalid(client.createJob({ type: 'upload', storagePath: escape }), 'storagePath');
      await assertInvalid(
        client.createJob({ type: 'upload', storagePath, language: '!', idempotencyKey: 'short' }),
        'language',
        'idempotencyKey',
      );
      await assertInvalid(client.createJob({ type: 'url', contentUrl: '' }), 'contentUrl');
      const both = { type: 'upload', storagePath, contentUrl: 'https://example.com' } as const;
      await assertInvalid(client.createJob(both), 'contentUrl');
      await assertNothingTaken(user);
    });
  });
});

type LinkCode = 'url_forbidden' | 'url_unreachable';
const statusOfLink: Readonly<Record<LinkCode, QuikThreadStatus>> = {
  url_forbidden: 'invalid-argument',
  url_unreachable: 'failed-precondition',
};

function tooLong(duration: number, nextPlan: 'pro' | null): ErrorDetails {
  return { code: 'recording_too_long', duration, maxDuration: 1800, nextPlan };
}

/** Changes what validation found of an upload that is there. */
async function findings({ userId }: Session, storagePath: string, found: Partial<Upload>) {
  const filename = storagePath.split('/').at(-1) ?? '';
  await admin()
    .firestore.doc(paths.upload(uploadIdOf(userId, filename)))
    .update({ ...found });
}
