import assert from 'node:assert/strict';
import { paths } from '@quikthread/contract';
import type { ErrorDetails } from '@quikthread/contract';
import { doc, getDoc, getFirestore } from 'firebase/firestore';
import { getAnalytics } from '../../functions/src/features/analytics/getAnalytics.js';
import { systemClock } from '../../functions/src/platform/clock.js';
import { openFirestore } from '../../functions/src/testing/firestore.js';
import type { Session } from '../../scripts/platform/session.js';
import { PROJECT_ID } from '../../scripts/platform/workspace.js';
import {
  daysAgo,
  lookUps,
  lookUpsOf,
  pretendPost,
  pretendSnapshot,
  signUpAnalyst,
  snapshotsOf,
  tweetThread,
} from '../support/analytics.js';
import { admin, closeAll, ports, setPlan, signUp, signUpOn } from '../support/platform.js';
import { assertRefused, refusalOf } from '../support/refusals.js';
import { x } from '../support/standIns.js';
import type { FaultRequest } from '../support/standIns.js';
import { changeXAccount, changeXTweet, connectXAccount, usernameOf } from '../support/x.js';
import { closeGrants, openHere } from '../support/xGrants.js';

const HOUR_MS = 3600 * 1000;

/** Makes the cached copy one of that age, its data too. */
async function ageCopy({ userId }: Session, hours: number): Promise<string> {
  const timestamp = new Date(Date.now() - hours * HOUR_MS);
  const asOf = timestamp.toISOString();
  const copy = admin().firestore.doc(paths.analyticsCache(userId));
  await copy.update({ timestamp, 'data.asOf': asOf });
  return asOf;
}

/** Has somebody else hold the refresh, who will never end it. */
async function holdRefresh({ userId }: Session, seconds: number): Promise<void> {
  const lease = admin().firestore.doc(`${paths.analyticsCache(userId)}/private/refresh`);
  const expiresAt = new Date(Date.now() + seconds * 1000);
  await lease.set({ userId, owner: 'somebody who died', expiresAt });
}

describe('analytics', function () {
  this.timeout(120_000);

  before(async () => {
    await x.reset();
    // The stand-in lets an account post 100 tweets in 15 minutes.
    const limits = JSON.stringify({ create: { window: 2000 } });
    const headers = { 'content-type': 'application/json' };
    const url = `http://${ports.host('x')}/_control/limits`;
    await fetch(url, { method: 'POST', headers, body: limits });
  });
  after(async () => {
    await Promise.all([x.reset(), closeGrants()]);
    await closeAll();
  });

  describe('are for the business plan', () => {
    it('profile_missing before initUser', async () => {
      const { client } = await signUp();
      await assertRefused(client.getAnalytics(), 'not-found', { code: 'profile_missing' });
    });

    for (const tier of ['free', 'pro'] as const) {
      it(`feature_missing on the ${tier} plan, with the plan that has them`, async () => {
        const { client } = await signUpOn(tier);
        const details = {
          code: 'feature_missing',
          feature: 'analytics',
          nextPlan: 'business',
        } as const;
        const message = await assertRefused(client.getAnalytics(), 'permission-denied', details);
        assert.match(message, /business plan/);
      });
    }

    it('a copy is not served to who has left the plan', async () => {
      const session = await signUpOn('business');
      await session.client.getAnalytics();
      await setPlan(session.userId, 'pro');
      const { details } = await refusalOf(session.client.getAnalytics());
      assert.equal(details?.code, 'feature_missing');
    });
  });

  it('without posts are nothing, and need no X account', async () => {
    const { client } = await signUpOn('business');
    const data = await client.getAnalytics();
    assert.deepEqual([data.totalImpressions, data.threads, data.deletedPosts], [0, [], 0]);
    assert.equal(data.engagementTrend.length, 7);
    assert.deepEqual([data.weekOverWeekGrowth, data.timeZone], [null, 'UTC']);
  });

  it('measure a thread whole', async () => {
    const session = await signUpAnalyst();
    const ids = await tweetThread(session, 3);
    const impressions = [1000, 800, 200];
    for (const [i, tweetId] of ids.entries()) {
      const seen = impressions[i] ?? 0;
      await changeXTweet(tweetId, {
        metrics: {
          impression_count: seen,
          like_count: 10 - i,
          retweet_count: 2,
          reply_count: 1,
          bookmark_count: 50,
          user_profile_clicks: 3,
        },
      });
    }
    const postId = await pretendPost(session, ids, { startedAt: daysAgo(1) });
    const data = await session.client.getAnalytics();
    assert.deepEqual(
      [data.totalImpressions, data.totalReach, data.totalLikes, data.totalEngagements],
      [2000, 1000, 27, 36],
    );
    assert.deepEqual([data.postsThisWeek, data.deletedPosts], [1, 0]);
    const [thread] = data.threads;
    assert.ok(thread);
    assert.deepEqual(data.topPosts, [
      { postId, title: 'Tweet 1.', engagement: 36, threadUrl: thread.threadUrl },
    ]);
    assert.deepEqual([thread.postId, thread.impressions, thread.engagements], [postId, 2000, 36]);
    assert.deepEqual(
      thread.tweets.map((tweet) => [tweet.tweetId, tweet.impressions, tweet.dropOff]),
      [
        [ids[0], 1000, null],
        [ids[1], 800, 0.2],
        [ids[2], 200, 0.75],
      ],
    );
    // X tells link clicks of tweets with a link alone: these have none.
    assert.ok(thread.tweets.every((tweet) => tweet.linkClicks === 0 && tweet.profileClicks === 3));
    assert.deepEqual([thread.readersStopAfter, thread.history.length], [2, 1]);
    const gained = data.engagementTrend.reduce((sum, day) => sum + day.engagements, 0);
    assert.equal(gained, 36);
  });

  it("have history and trend from snapshots, by the user's own days", async () => {
    const session = await signUpAnalyst();
    await session.client.updateSettings({ settings: { timeZone: 'Pacific/Auckland' } });
    const [tweetId = assert.fail()] = await tweetThread(session, 1);
    const engagements = { like_count: 70, retweet_count: 0, reply_count: 0 };
    await changeXTweet(tweetId, { metrics: engagements });
    const postId = await pretendPost(session, [tweetId], { startedAt: daysAgo(20) });
    for (const [days, likes] of [
      [14.5, 10],
      [7, 30],
      [1, 70],
    ] as const) {
      await pretendSnapshot(session, postId, daysAgo(days), { [tweetId]: likes });
    }
    // The first reading is 5.5 days after the start: the thread is known from its beginning.
    const data = await session.client.getAnalytics();
    assert.equal(data.timeZone, 'Pacific/Auckland');
    const today = new Intl.DateTimeFormat('sv', { timeZone: 'Pacific/Auckland' }).format(
      new Date(data.asOf),
    );
    assert.equal(data.engagementTrend.at(-1)?.date, today);
    assert.equal(data.threads[0]?.history.length, 4);
    const gained = data.engagementTrend.reduce((sum, day) => sum + day.engagements, 0);
    assert.ok(gained > 30 && gained <= 44, `${gained}`);
    // 40 in the last week, and of the 20 between 14.5 and 7 days ago all but the first half day's.
    assert.ok(Math.abs((data.weekOverWeekGrowth ?? NaN) - 114.3) < 0.5);
    const snapshots = await snapshotsOf(postId);
    assert.equal(snapshots.length, 4);
  });

  describe('are cached for an hour', () => {
    it('a second call reads nothing at X, and answers the same', async () => {
      const session = await signUpAnalyst();
      const ids = await tweetThread(session, 2);
      await pretendPost(session, ids);
      const first = await session.client.getAnalytics();
      assert.deepEqual(await session.client.getAnalytics(), first);
      assert.equal((await lookUpsOf(ids)).length, 1);
      const asOf = await ageCopy(session, 0.99);
      assert.equal((await session.client.getAnalytics()).asOf, asOf);
      await ageCopy(session, 1.01);
      const refreshed = await session.client.getAnalytics();
      assert.ok(refreshed.asOf > first.asOf);
      assert.equal((await lookUpsOf(ids)).length, 2);
    });

    it('its owner may read the copy, which holds nothing internal, and not who refreshes it', async () => {
      const session = await signUpOn('business');
      const data = await session.client.getAnalytics();
      const path = paths.analyticsCache(session.userId);
      const copy = await getDoc(doc(getFirestore(session.app), path));
      assert.deepEqual(Object.keys(copy.data() ?? {}).sort(), ['data', 'timestamp', 'userId']);
      assert.deepEqual(copy.get('data'), data);
      const lease = doc(getFirestore(session.app), `${path}/private/refresh`);
      await assert.rejects(getDoc(lease), /permission/i);
    });

    it('ten callers who race refresh it once', async () => {
      const session = await signUpAnalyst();
      const ids = await tweetThread(session, 2);
      await pretendPost(session, ids);
      await x.fault({ match: 'GET /2/tweets', delayMs: 1000 });
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => session.client.getAnalytics()),
      );
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
      assert.equal((await lookUpsOf(ids)).length, 1);
      const lease = `${paths.analyticsCache(session.userId)}/private/refresh`;
      assert.ok(!(await admin().firestore.doc(lease).get()).exists);
    });

    it('a caller takes over from one who died, once its time is up', async () => {
      const session = await signUpAnalyst();
      const ids = await tweetThread(session, 1);
      await pretendPost(session, ids);
      await holdRefresh(session, 3);
      const begunAt = Date.now();
      assert.equal((await session.client.getAnalytics()).threads.length, 1);
      assert.ok(Date.now() - begunAt > 2000);
      assert.equal((await lookUpsOf(ids)).length, 1);
    });

    it('an older copy is served where another refresh takes too long', async () => {
      const session = await signUpOn('business');
      await session.client.getAnalytics();
      const asOf = await ageCopy(session, 2);
      await holdRefresh(session, 600);
      assert.equal((await session.client.getAnalytics()).asOf, asOf);
    });
  });

  describe('read tweets by the hundred', () => {
    it('250 tweets in 3 calls', async () => {
      const session = await signUpAnalyst();
      const ids: string[] = [];
      for (let post = 0; post < 10; post += 1) {
        const tweets = await tweetThread(session, 25);
        await pretendPost(session, tweets);
        ids.push(...tweets);
      }
      const { threads } = await session.client.getAnalytics();
      assert.equal(threads.length, 10);
      assert.ok(threads.every(({ tweets }) => tweets.length === 25));
      const sizes = (await lookUpsOf(ids)).map(({ tweets }) => tweets);
      assert.deepEqual(sizes.sort(), [100, 100, 50]);
    });

    it('with private metrics of recent ones, and without of old ones', async () => {
      const session = await signUpAnalyst();
      const recent = await tweetThread(session, 2);
      const old = await tweetThread(session, 3);
      await pretendPost(session, recent, { startedAt: daysAgo(29) });
      await pretendPost(session, old, { startedAt: daysAgo(31) });
      const { threads } = await session.client.getAnalytics();
      assert.deepEqual(await lookUpsOf(recent), [{ tweets: 2, withPrivate: true }]);
      assert.deepEqual(await lookUpsOf(old), [{ tweets: 3, withPrivate: false }]);
      const clicks = threads.map(({ tweets }) => tweets.map((tweet) => tweet.linkClicks !== null));
      assert.deepEqual(clicks, [
        [true, true],
        [false, false, false],
      ]);
    });

    it('and old ones not at all while their last reading is recent enough', async () => {
      const session = await signUpAnalyst();
      const [due, notDue] = [await tweetThread(session, 1), await tweetThread(session, 1)];
      const startedAt = daysAgo(60);
      const first = await pretendPost(session, due, { startedAt });
      const second = await pretendPost(session, notDue, { startedAt });
      await pretendSnapshot(session, first, daysAgo(8), { [due[0] ?? '']: 5 });
      await pretendSnapshot(session, second, daysAgo(5), { [notDue[0] ?? '']: 5 });
      const { threads } = await session.client.getAnalytics();
      assert.equal((await lookUpsOf(due)).length, 1);
      assert.equal((await lookUpsOf(notDue)).length, 0);
      assert.equal(threads.find(({ postId }) => postId === second)?.engagements, 5);
    });
  });

  it('leave out tweets that are gone, mark them, and never ask for them again', async () => {
    const session = await signUpAnalyst();
    const [part, whole] = [await tweetThread(session, 3), await tweetThread(session, 2)];
    const partId = await pretendPost(session, part);
    const wholeId = await pretendPost(session, whole);
    for (const tweetId of [part[1] ?? '', ...whole]) await changeXTweet(tweetId, { deleted: true });
    const data = await session.client.getAnalytics();
    assert.deepEqual([data.deletedPosts, data.threads.length, data.postsThisWeek], [1, 1, 1]);
    const [left] = data.threads;
    assert.equal(left?.missingTweets, 1);
    assert.deepEqual(
      left.tweets.map(({ position }) => position),
      [1, 3],
    );
    const missing = async (postId: string) =>
      (await admin().firestore.doc(paths.post(postId)).get()).get('missingTweetIds') as unknown;
    assert.deepEqual(await missing(partId), [part[1]]);
    assert.deepEqual(await missing(wholeId), whole);
    assert.deepEqual(await snapshotsOf(wholeId), []);
    await ageCopy(session, 2);
    const again = await session.client.getAnalytics();
    assert.deepEqual([again.deletedPosts, again.threads[0]?.missingTweets], [1, 1]);
    assert.deepEqual(
      (await lookUpsOf([...part, ...whole])).map(({ tweets }) => tweets),
      [5, 2],
    );
  });

  it('measure the posted part of a post that stopped, and no other that is not out', async () => {
    const session = await signUpAnalyst();
    const [out, hidden] = [await tweetThread(session, 2), await tweetThread(session, 1)];
    const stopped = await pretendPost(session, out, { status: 'stopped' });
    await pretendPost(session, [], { status: 'stopped' });
    for (const status of ['posting', 'deleting', 'deleted', 'cancelled', 'scheduled'] as const) {
      await pretendPost(session, hidden, { status });
    }
    const { threads, deletedPosts } = await session.client.getAnalytics();
    assert.deepEqual([threads.map(({ postId }) => postId), deletedPosts], [[stopped], 0]);
    assert.deepEqual(await lookUpsOf(hidden), []);
  });

  describe('when X cannot be asked', () => {
    const resetsIn = 300;
    const rateLimited: FaultRequest = {
      match: 'GET /2/tweets',
      answer: { rateLimited: { resetInSeconds: resetsIn, scope: 'window' } },
    };
    const unavailable: FaultRequest = { match: 'GET /2/tweets', status: 503 };

    /** A user with a post, and with a copy of that age where one is asked for. */
    async function analyst(copyHours?: number): Promise<[Session, string | undefined]> {
      const session = await signUpAnalyst();
      await pretendPost(session, await tweetThread(session, 1));
      if (copyHours === undefined) return [session, undefined];
      await session.client.getAnalytics();
      return [session, await ageCopy(session, copyHours)];
    }

    it('x_not_connected, where there is something to read', async () => {
      const [session] = await analyst();
      await session.client.disconnectX();
      const details = { code: 'x_not_connected' } as const;
      await assertRefused(session.client.getAnalytics(), 'failed-precondition', details);
      await connectXAccount(session);
      assert.equal((await session.client.getAnalytics()).threads.length, 1);
    });

    it('x_reconnect_required, where access was taken away', async () => {
      const [session] = await analyst();
      await changeXAccount(usernameOf(session), { revokeGrants: true });
      const details = { code: 'x_reconnect_required' } as const;
      await assertRefused(session.client.getAnalytics(), 'failed-precondition', details);
    });

    it('x_rate_limited, with the reset', async () => {
      const [{ client }] = await analyst();
      await x.fault(rateLimited);
      const { status, details } = await refusalOf(client.getAnalytics());
      assert.equal(status, 'resource-exhausted');
      assert.ok(details?.code === 'x_rate_limited');
      const seconds = (Date.parse(details.resetsAt) - Date.now()) / 1000;
      assert.ok(seconds > resetsIn - 20 && seconds < resetsIn + 20, details.resetsAt);
    });

    it('x_unavailable, and a later call succeeds', async () => {
      const [{ client }] = await analyst();
      await x.fault(unavailable);
      const details = { code: 'x_unavailable' } as const;
      await assertRefused(client.getAnalytics(), 'unavailable', details);
      assert.equal((await client.getAnalytics()).threads.length, 1);
    });

    it('x_refused, with the reason', async () => {
      const refusals: readonly [string, ErrorDetails][] = [
        ['suspended', { code: 'x_refused', reason: 'x_account_suspended' }],
        ['credits_depleted', { code: 'x_refused', reason: 'x_spend_cap_reached' }],
      ];
      const [{ client }] = await analyst();
      for (const [answer, details] of refusals) {
        await x.fault({ match: 'GET /2/tweets', answer });
        await assertRefused(client.getAnalytics(), 'failed-precondition', details);
      }
    });

    for (const [name, fault] of Object.entries({ rateLimited, unavailable })) {
      it(`a copy under a day old is served: ${name}`, async () => {
        const [{ client }, asOf] = await analyst(23);
        await x.fault(fault);
        assert.equal((await client.getAnalytics()).asOf, asOf);
      });
    }

    it('an older copy is not, nor any where the user has to act', async () => {
      const [old] = await analyst(25);
      await x.fault(unavailable);
      const details = { code: 'x_unavailable' } as const;
      await assertRefused(old.client.getAnalytics(), 'unavailable', details);
      const [disconnected] = await analyst(2);
      await disconnected.client.disconnectX();
      const refusal = await refusalOf(disconnected.client.getAnalytics());
      assert.equal(refusal.details?.code, 'x_not_connected');
    });

    it('ten callers who race are all answered by the older copy, and X is asked once', async () => {
      const [session, asOf] = await analyst(2);
      const { userId } = session;
      await x.fault({ ...unavailable, delayMs: 5000, times: 10 });
      const before = (await lookUps()).length;
      // In this process, where all ten have begun before X answers the first.
      const deps = { db: openFirestore(PROJECT_ID), clock: systemClock, openX: openHere() };
      const caller = { userId };
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => getAnalytics(deps, caller)),
      );
      for (const answer of answers) assert.equal(answer.asOf, asOf);
      assert.equal((await lookUps()).length, before + 1);
    });
  });
});
