import assert from 'node:assert/strict';
import { plans } from '@quikthread/contract';
import type { CallableOutput, JobStatus, Post } from '@quikthread/contract';
import type { Session } from '../../scripts/platform/session.js';
import {
  assertBoughtFromPolar,
  assertNoCreditLeft,
  assertOnTimeline,
  completeJob,
  completeJobs,
  connectInBrowser,
  postOption,
} from '../support/flows.js';
import { speechOf, uploadTone } from '../support/jobs.js';
import { closeAll, signUpOn } from '../support/platform.js';
import { deepgram, gemini, polar, x } from '../support/standIns.js';
import { moveXClock } from '../support/x.js';

const A_DAY = 24 * 3600;

describe('a user on the business plan', function () {
  this.timeout(300_000);
  let session: Session;
  let storagePath: string;
  let job: JobStatus;
  let first: Post;
  let second: Post;
  let analytics: CallableOutput<'getAnalytics'>;

  before(async () => {
    await Promise.all([deepgram.reset(), gemini.reset(), x.reset(), polar.reset()]);
    session = await signUpOn('free');
    await deepgram.fault({ ...speechOf(session), times: 100 });
  });
  after(async () => {
    await x.reset();
    await closeAll();
  });

  it('bought it from Polar, whose webhook puts it into effect', () =>
    assertBoughtFromPolar(session, 'business'));

  it('has threads made, and posts two of them', async () => {
    storagePath = await uploadTone(session);
    job = await completeJob(session, storagePath);
    await connectInBrowser(session);
    first = await postOption(session, job.jobId, 0);
    second = await postOption(session, job.jobId, 1);
    const [one, other] = job.threads ?? [];
    assert.deepEqual([first.tweets, second.tweets], [one?.tweets, other?.tweets]);
    await assertOnTimeline(session, first.tweets, second.tweets);
  });

  it('sees the posts, newest first', async () => {
    const { client } = session;
    assert.deepEqual(await client.listPosts(), [second, first]);
    assert.deepEqual(await client.listPosts({ pageSize: 1 }), [second]);
    assert.deepEqual(await client.listPosts({ pageSize: 1, after: second }), [first]);
    assert.deepEqual(await client.listPosts({ pageSize: 1, after: first }), []);
  });

  it('reads a day later how they did', async () => {
    await moveXClock(A_DAY);
    analytics = await session.client.getAnalytics();
    assert.deepEqual(
      analytics.threads.map(({ postId, threadUrl }) => [postId, threadUrl]),
      [second, first].map(({ postId, threadUrl }) => [postId, threadUrl]),
    );
    const read = analytics.threads.flatMap((thread) => thread.tweets);
    assert.equal(read.length, first.tweets.length + second.tweets.length);
    const total = read.reduce((sum, { impressions }) => sum + impressions, 0);
    assert.ok(total > 0);
    assert.equal(analytics.totalImpressions, total);
    assert.deepEqual([analytics.postsThisWeek, analytics.weekOverWeekGrowth], [2, null]);
    const trend = analytics.engagementTrend.map(({ engagements }) => engagements);
    assert.equal(
      trend.reduce((sum, engagements) => sum + engagements, 0),
      analytics.totalEngagements,
    );
    assert.equal(new Set(analytics.topPosts.map(({ postId }) => postId)).size, 2);
  });

  it('is answered the second time without a call to X', async () => {
    // By a day later the access token has expired: X refuses it, and is asked again with a new one.
    const before = await x.journal();
    const readings = before.filter(({ method, path }) => `${method} ${path}` === 'GET /2/tweets');
    assert.deepEqual(
      readings.map(({ status }) => status),
      [401, 200],
    );
    assert.deepEqual(await session.client.getAnalytics(), analytics);
    assert.deepEqual(await x.journal(), before);
  });

  it('has 100 jobs made in a month, and is refused the next, which no plan has', async () => {
    await completeJobs(session, storagePath, plans.business.maxCredits - 1);
    await assertNoCreditLeft(session, storagePath, null);
  });
});
