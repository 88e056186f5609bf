import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { plans } from '@quikthread/contract';
import type { JobStatus } from '@quikthread/contract';
import type { Session } from '../../scripts/platform/session.js';
import {
  assertBoughtFromPolar,
  assertNoCreditLeft,
  assertOnTimeline,
  completeJob,
  completeJobs,
  connectInBrowser,
  postOption,
  speechOfMinutes,
  uploadMinutes,
} from '../support/flows.js';
import { speechOf, uploadTone } from '../support/jobs.js';
import { closeAll, signUpOn } from '../support/platform.js';
import { assertRefused } from '../support/refusals.js';
import { deepgram, gemini, polar, x } from '../support/standIns.js';
import { deny, redirect } from '../support/x.js';

describe('a user on the pro plan', function () {
  this.timeout(120_000);
  let session: Session;
  let storagePath: string;
  let job: JobStatus;

  before(async () => {
    await Promise.all([deepgram.reset(), gemini.reset(), x.reset(), polar.reset()]);
    session = await signUpOn('free');
    const afterwards = { ...speechOf(session), times: plans.pro.maxCredits };
    await deepgram.fault(speechOfMinutes(session, 55), afterwards);
  });
  after(async () => {
    await x.reset();
    await closeAll();
  });

  it('bought it from Polar, whose webhook puts it into effect', () =>
    assertBoughtFromPolar(session, 'pro'));

  it('uploads a recording of 55 minutes, and is refused one of 61', async () => {
    const upload = await uploadMinutes(session, 55);
    assert.equal(Math.round((upload.duration ?? 0) / 60), 55);
    ({ storagePath } = upload);
    const message = await assertRefused(uploadMinutes(session, 61), 'failed-precondition', {
      code: 'upload_rejected',
      reason: 'too_long',
    });
    assert.match(message, /lasts 61 min( 1 s)?; your plan allows up to 60 min/);
    assert.doesNotMatch(message, /Business/);
  });

  it('has five threads made of the recording', async () => {
    job = await completeJob(session, storagePath);
    assert.equal(Math.round((job.duration ?? 0) / 60), 55);
  });

  it('cannot post without an X account, which one who denies it at X does not connect', async () => {
    const { client } = session;
    const { authorizationUrl } = await client.connectX();
    const returned = await redirect(await deny(authorizationUrl));
    const outcome = await client.completeXConnection(returned);
    assert.deepEqual(outcome, { account: null, error: 'denied' });
    assert.equal((await client.getProfile()).xAccount, null);
    const choice = { jobId: job.jobId, threadIndex: 0, idempotencyKey: randomUUID() };
    const refused = { code: 'x_not_connected' } as const;
    await assertRefused(client.postThread(choice), 'failed-precondition', refused);
  });

  it('connects one, edits a thread, and posts it', async () => {
    const { client } = session;
    const { jobId, threads } = job;
    await connectInBrowser(session);

    const edited = ['What I know about bread.', ...(threads?.[1]?.tweets.slice(1) ?? [])];
    await client.updateThread({ jobId, threadIndex: 1, tweets: edited });
    const preview = await client.previewPost({ jobId, threadIndex: 1 });
    const charge = edited.length * preview.prices.post;
    assert.ok(Math.abs(preview.estimatedCharge - charge) < 0.0005, `${preview.estimatedCharge}`);

    const posted = await postOption(session, jobId, 1);
    assert.deepEqual(posted.tweets, edited);
    await assertOnTimeline(session, edited);
    const page = await fetch(posted.threadUrl ?? assert.fail('no address'));
    assert.match(await page.text(), /What I know about bread\./);
  });

  it('has no analytics, and is told the plan that has them', async () => {
    await assertRefused(session.client.getAnalytics(), 'permission-denied', {
      code: 'feature_missing',
      feature: 'analytics',
      nextPlan: 'business',
    });
  });

  it('has 30 jobs made in a month, and is refused the next', async () => {
    // Of a short recording, since what takes the most time of a long one is to hear it.
    const short = await uploadTone(session);
    await completeJobs(session, short, plans.pro.maxCredits - 1);
    await assertNoCreditLeft(session, short, 'business');
  });
});
