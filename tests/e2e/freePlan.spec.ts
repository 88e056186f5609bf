import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { plans } from '@quikthread/contract';
import type { Session } from '../../scripts/platform/session.js';
import {
  assertNoCreditLeft,
  completeJob,
  speechOfMinutes,
  uploadMinutes,
} from '../support/flows.js';
import { speechOf, SPEECH } from '../support/jobs.js';
import { recordingOf } from '../support/media.js';
import { closeAll, signUp } from '../support/platform.js';
import { assertNothingTaken, assertRefused } from '../support/refusals.js';
import { deepgram, gemini, x } from '../support/standIns.js';

describe('a user on the free plan', function () {
  this.timeout(60_000);
  let session: Session;
  let storagePath: string;
  let jobId: string;

  before(async () => {
    await Promise.all([deepgram.reset(), gemini.reset(), x.reset()]);
    session = await signUp();
    await deepgram.fault(speechOfMinutes(session, 25), speechOf(session));
  });
  after(closeAll);

  it('has a profile with what the plan allows, once they have signed in', async () => {
    const { client, userId, email } = session;
    await assertRefused(client.getProfile(), 'not-found', { code: 'profile_missing' });
    const profile = await client.initUser();
    const { tier, maxCredits, maxDuration, features } = profile;
    assert.deepEqual([profile.userId, profile.email, tier], [userId, email, 'free']);
    assert.deepEqual({ maxCredits, maxDuration, features }, plans.free);
    assert.deepEqual(await client.getProfile(), profile);
    assert.equal((await client.getQuota()).remaining, 2);
  });

  it('uploads a recording of 25 minutes', async () => {
    const upload = await uploadMinutes(session, 25);
    assert.equal(Math.round((upload.duration ?? 0) / 60), 25);
    ({ storagePath } = upload);
  });

  it('is refused one of 31 minutes, with the reason and the plan that takes it', async () => {
    const { client } = session;
    const file = await openAsBlob(await recordingOf(31));
    const seen: number[] = [];
    const uploading = client.uploadMedia(file, {
      name: 'talk.mp3',
      onProgress: ({ bytesTransferred }) => seen.push(bytesTransferred),
    });
    const message = await assertRefused(uploading, 'failed-precondition', {
      code: 'upload_rejected',
      reason: 'too_long',
    });
    assert.match(message, /lasts 31 min( 1 s)?; your plan allows up to 30 min\. The Pro plan /);
    assert.equal(seen.at(-1), file.size);
    await assertNothingTaken(session);
  });

  it('has five threads and a transcript made of the recording, for one credit', async () => {
    const { client } = session;
    const job = await completeJob(session, storagePath);
    ({ jobId } = job);
    assert.equal(Math.round((job.duration ?? 0) / 60), 25);
    const { text, wordCount } = await client.getTranscript(jobId);
    assert.ok(text.startsWith(SPEECH), text.slice(0, SPEECH.length));
    assert.equal(wordCount, (25 * 60) / 0.4);
    const { creditsUsed, remaining } = await client.getQuota();
    assert.deepEqual([creditsUsed, remaining], [1, 1]);
  });

  it('can neither post nor plan to, and is told the plan that can', async () => {
    const { client } = session;
    const choice = { jobId, threadIndex: 0, idempotencyKey: randomUUID() };
    const details = { code: 'feature_missing', feature: 'postToX', nextPlan: 'pro' } as const;
    await assertRefused(client.postThread(choice), 'permission-denied', details);
    const at = new Date(Date.now() + 3600_000).toISOString();
    await assertRefused(client.schedulePost({ ...choice, at }), 'permission-denied', details);
    assert.deepEqual(await client.listPosts(), []);
    assert.deepEqual(await x.journal(), []);
  });

  it('has no analytics, and is told the plan that has them', async () => {
    await assertRefused(session.client.getAnalytics(), 'permission-denied', {
      code: 'feature_missing',
      feature: 'analytics',
      nextPlan: 'business',
    });
    assert.deepEqual(await x.journal(), []);
  });

  it('has a second job made, and is refused a third', async () => {
    await completeJob(session, storagePath);
    await assertNoCreditLeft(session, storagePath, 'pro');
  });
});
