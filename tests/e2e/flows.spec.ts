import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Post, Thread, Tier } from '@quikthread/contract';
import type { Session } from '../../scripts/platform/session.js';
import { assertCompletedOnce, speechOf, uploadTone } from '../support/jobs.js';
import { closeAll, signUpOn } from '../support/platform.js';
import { assertRefused } from '../support/refusals.js';
import { deepgram, gemini, x } from '../support/standIns.js';
import { approve, deny, moveXClock, redirect, timelineOf, usernameOf } from '../support/x.js';

const A_DAY = 24 * 3600;

/** A user on a plan, and the threads of a recording of theirs. */
interface Creator {
  readonly session: Session;
  readonly jobId: string;
  readonly threads: readonly Thread[];
}

async function creatorOn(tier: Tier): Promise<Creator> {
  const session = await signUpOn(tier);
  await deepgram.fault(speechOf(session));
  const storagePath = await uploadTone(session);
  const { jobId } = await session.client.createJob({ type: 'upload', storagePath });
  const { threads } = await assertCompletedOnce(session, jobId);
  return { session, jobId, threads: threads ?? [] };
}

/** Connects an account as a front end does: X is asked in the browser, which comes back to an address. */
async function connect(session: Session): Promise<void> {
  const { client } = session;
  const returnUrl = 'http://localhost:5173/settings?tab=accounts';
  const { authorizationUrl } = await client.connectX({ returnUrl });
  const returned = await redirect(await approve(authorizationUrl, usernameOf(session)));
  assert.ok(returned.href.startsWith(`${returnUrl}&`), returned.href);
  const outcome = await client.completeXConnection(returned);
  assert.equal(outcome?.account?.username, usernameOf(session));
  assert.deepEqual((await client.getProfile()).xAccount, outcome.account);
}

/** Posts one option, and waits until all of it is out. */
async function post({ session, jobId }: Creator, threadIndex: number): Promise<Post> {
  const choice = { jobId, threadIndex, idempotencyKey: randomUUID() };
  const { postId } = await session.client.postThread(choice);
  const seen: number[] = [];
  const posted = await session.client.waitForPost(postId, {
    onChange: ({ postedCount }) => seen.push(postedCount),
  });
  assert.equal(posted.status, 'completed', posted.error ?? '');
  assert.equal(posted.postedCount, posted.tweets.length);
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  );
  return posted;
}

/** These tweets stand on the timeline, each once, in order, each a reply to the one before. */
async function assertOnTimeline(session: Session, tweets: readonly string[]): Promise<void> {
  const timeline = await timelineOf(usernameOf(session));
  assert.deepEqual(
    timeline.map(({ text }) => text),
    tweets,
  );
  const before = [null, ...timeline.map(({ id }) => id)];
  for (const [index, { inReplyTo }] of timeline.entries()) {
    assert.equal(inReplyTo, before[index]);
  }
}

describe('posting and analytics', function () {
  this.timeout(120_000);

  before(() => Promise.all([deepgram.reset(), gemini.reset(), x.reset()]));
  after(async () => {
    await x.reset();
    await closeAll();
  });

  it('on the free plan are refused, with the plan that has them', async () => {
    const { session, jobId } = await creatorOn('free');
    const { client } = session;
    const choice = { jobId, threadIndex: 0, idempotencyKey: randomUUID() };
    await assertRefused(client.postThread(choice), 'permission-denied', {
      code: 'feature_missing',
      feature: 'postToX',
      nextPlan: 'pro',
    });
    await assertRefused(client.getAnalytics(), 'permission-denied', {
      code: 'feature_missing',
      feature: 'analytics',
      nextPlan: 'business',
    });
    assert.deepEqual(await client.listPosts(), []);
    assert.deepEqual(await x.journal(), []);
  });

  it('on the pro plan put an edited thread on X, and refuse analytics', async () => {
    const creator = await creatorOn('pro');
    const { session, jobId, threads } = creator;
    const { client } = session;
    await connect(session);

    const edited = ['What I know about bread.', ...(threads[1]?.tweets.slice(1) ?? [])];
    await client.updateThread({ jobId, threadIndex: 1, tweets: edited });
    const preview = await client.previewPost({ jobId, threadIndex: 1 });
    const charge = edited.length * preview.prices.post;
    assert.ok(Math.abs(preview.estimatedCharge - charge) < 0.0005, `${preview.estimatedCharge}`);

    const posted = await post(creator, 1);
    assert.deepEqual(posted.tweets, edited);
    await assertOnTimeline(session, edited);
    const page = await fetch(posted.threadUrl ?? assert.fail('no address'));
    assert.match(await page.text(), /What I know about bread\./);

    await assertRefused(client.getAnalytics(), 'permission-denied', {
      code: 'feature_missing',
      feature: 'analytics',
      nextPlan: 'business',
    });
  });

  it('on the business plan measure what was posted, and answer the second time at once', async () => {
    const creator = await creatorOn('business');
    const { session, threads } = creator;
    const { client } = session;
    await connect(session);
    const first = await post(creator, 0);
    const second = await post(creator, 1);
    const tweets = threads.slice(0, 2).flatMap((thread) => thread.tweets);
    assert.deepEqual([...first.tweets, ...second.tweets], tweets);

    assert.deepEqual(await client.listPosts(), [second, first]);
    assert.deepEqual(await client.listPosts({ pageSize: 1 }), [second]);
    assert.deepEqual(await client.listPosts({ pageSize: 1, after: second }), [first]);
    assert.deepEqual(await client.listPosts({ pageSize: 1, after: first }), []);

    await moveXClock(A_DAY);
    const analytics = await client.getAnalytics();
    assert.deepEqual(
      analytics.threads.map(({ postId, threadUrl }) => [postId, threadUrl]),
      [second, first].map(({ postId, threadUrl }) => [postId, threadUrl]),
    );
    const read = analytics.threads.flatMap((thread) => thread.tweets);
    assert.equal(read.length, tweets.length);
    const total = read.reduce((sum, { impressions }) => sum + impressions, 0);
    assert.ok(total > 0);
    assert.equal(analytics.totalImpressions, total);
    assert.deepEqual([analytics.postsThisWeek, analytics.weekOverWeekGrowth], [2, null]);
    const trend = analytics.engagementTrend.map(({ engagements }) => engagements);
    assert.equal(
      trend.reduce((sum, engagements) => sum + engagements, 0),
      analytics.totalEngagements,
    );
    assert.deepEqual(new Set(analytics.topPosts.map(({ postId }) => postId)).size, 2);

    // By a day later the access token has expired: X refuses it, and is asked again with a new one.
    const before = await x.journal();
    const readings = before.filter(({ method, path }) => `${method} ${path}` === 'GET /2/tweets');
    assert.deepEqual(
      readings.map(({ status }) => status),
      [401, 200],
    );
    assert.deepEqual(await client.getAnalytics(), analytics);
    assert.deepEqual(await x.journal(), before);
  });

  it('want a connection, which nobody has who denies it at X', async () => {
    const { session, jobId } = await creatorOn('pro');
    const { client } = session;
    const { authorizationUrl } = await client.connectX();
    const returned = await redirect(await deny(authorizationUrl));
    assert.deepEqual(await client.completeXConnection(returned), {
      account: null,
      error: 'denied',
    });
    assert.equal((await client.getProfile()).xAccount, null);
    const choice = { jobId, threadIndex: 0, idempotencyKey: randomUUID() };
    const refused = { code: 'x_not_connected' } as const;
    await assertRefused(client.postThread(choice), 'failed-precondition', refused);
  });
});
