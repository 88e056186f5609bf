import assert from 'node:assert/strict';
import { snapshotPosts } from '../../functions/src/features/analytics/snapshotPosts.js';
import { systemClock } from '../../functions/src/platform/clock.js';
import { openFirestore } from '../../functions/src/testing/firestore.js';
import { PROJECT_ID } from '../../scripts/platform/workspace.js';
import {
  daysAgo,
  lookUpsOf,
  nextSnapshotOf,
  pretendPost,
  runSnapshots,
  signUpAnalyst,
  snapshotsOf,
  tweetThread,
} from '../support/analytics.js';
import { closeAll, setPlan, signUpOn } from '../support/platform.js';
import { postAndWait, signUpPoster } from '../support/posts.js';
import { x } from '../support/standIns.js';
import { changeXTweet, connectXAccount } from '../support/x.js';
import { closeGrants, openHere } from '../support/xGrants.js';

const today = () => new Date().toISOString().slice(0, 10);
const inDays = (days: number) => new Date(Date.parse(today()) + days * 24 * 3600 * 1000);

describe('the daily snapshots', function () {
  this.timeout(120_000);

  before(() => x.reset());
  after(async () => {
    await Promise.all([x.reset(), closeGrants()]);
    await closeAll();
  });

  it('are of posts that are due, once, with what X counts of each tweet', async () => {
    const session = await signUpAnalyst();
    const ids = await tweetThread(session, 2);
    for (const tweetId of ids) {
      const metrics = { impression_count: 100, like_count: 5, retweet_count: 1, reply_count: 2 };
      await changeXTweet(tweetId, { metrics });
    }
    const due = { startedAt: daysAgo(2), nextSnapshotAt: daysAgo(1) };
    const postId = await pretendPost(session, ids, due);
    const later = await pretendPost(session, ids, { ...due, nextSnapshotAt: inDays(1) });
    await runSnapshots();
    const [snapshot, ...more] = await snapshotsOf(postId);
    assert.ok(snapshot && more.length === 0);
    const { takenAt, tweets, ...rest } = snapshot;
    assert.ok(takenAt);
    const { userId } = session;
    const totals = { impressions: 200, engagements: 16 };
    assert.deepEqual(rest, { id: today(), userId, totals });
    assert.deepEqual(Object.keys(tweets as object).sort(), [...ids].sort());
    assert.deepEqual(await nextSnapshotOf(postId), inDays(1));
    await runSnapshots();
    assert.deepEqual(await snapshotsOf(postId), [snapshot]);
    assert.deepEqual(await lookUpsOf(ids), [{ tweets: 2, withPrivate: true }]);
    assert.deepEqual(await snapshotsOf(later), []);
  });

  it('are of every post that completes, from the next day on', async () => {
    const poster = await signUpPoster();
    await setPlan(poster.session.userId, 'business');
    const { postId, postedAt } = await postAndWait(poster);
    assert.equal((await nextSnapshotOf(postId))?.toISOString(), postedAt);
    await poster.session.client.getAnalytics();
    assert.equal((await snapshotsOf(postId)).length, 1);
    assert.deepEqual(await nextSnapshotOf(postId), inDays(1));
  });

  it("read one user's tweets together, a hundred a call, the old ones without private metrics", async () => {
    const session = await signUpAnalyst();
    const ids: string[] = [];
    const postIds: string[] = [];
    for (const startedAt of [2, 3, 4, 40, 41].map(daysAgo)) {
      const tweets = await tweetThread(session, 18);
      postIds.push(await pretendPost(session, tweets, { startedAt, nextSnapshotAt: daysAgo(1) }));
      ids.push(...tweets);
    }
    await runSnapshots();
    const lookUps = await lookUpsOf(ids);
    assert.deepEqual(
      [...lookUps].sort((one, other) => other.tweets - one.tweets),
      [
        { tweets: 54, withPrivate: true },
        { tweets: 36, withPrivate: false },
      ],
    );
    const next = await Promise.all(postIds.map(nextSnapshotOf));
    assert.deepEqual(next, [1, 1, 1, 7, 7].map(inDays));
  });

  it('mark tweets that are gone, and take posts that are gone off the schedule', async () => {
    const session = await signUpAnalyst();
    const [part, whole] = [await tweetThread(session, 2), await tweetThread(session, 1)];
    const due = { nextSnapshotAt: daysAgo(1) };
    const partId = await pretendPost(session, part, due);
    const wholeId = await pretendPost(session, whole, due);
    const deletedId = await pretendPost(session, part, { ...due, status: 'deleted' });
    for (const tweetId of [part[1] ?? '', ...whole]) await changeXTweet(tweetId, { deleted: true });
    await runSnapshots();
    const [snapshot] = await snapshotsOf(partId);
    assert.deepEqual(Object.keys(snapshot?.['tweets'] as object), [part[0]]);
    assert.deepEqual(await nextSnapshotOf(partId), inDays(1));
    for (const postId of [wholeId, deletedId]) {
      assert.deepEqual(await snapshotsOf(postId), []);
      assert.equal(await nextSnapshotOf(postId), null);
    }
    const { deletedPosts, threads } = await session.client.getAnalytics();
    assert.deepEqual([deletedPosts, threads.length], [1, 1]);
  });

  it("one user's failure does not stop the others", async () => {
    const due = { startedAt: daysAgo(3), nextSnapshotAt: daysAgo(1) };
    // One after another: the emulator starts a process for each of the calls that come at once.
    const fine = await signUpAnalyst();
    const disconnected = await signUpAnalyst();
    const failing = await signUpAnalyst();
    const pro = await signUpOn('pro');
    await connectXAccount(pro);
    const sessions = { fine, disconnected, failing, pro };
    const posts: Record<string, { postId: string; tweetId: string }> = {};
    for (const [name, session] of Object.entries(sessions)) {
      const [tweetId = ''] = await tweetThread(session, 1);
      posts[name] = { postId: await pretendPost(session, [tweetId], due), tweetId };
    }
    await disconnected.client.disconnectX();
    await x.fault({ match: posts['failing']?.tweetId ?? '', status: 503 });
    await runSnapshots();
    const outcome = async (name: keyof typeof sessions) => {
      const postId = posts[name]?.postId ?? '';
      return [(await snapshotsOf(postId)).length, await nextSnapshotOf(postId)];
    };
    assert.deepEqual(await outcome('fine'), [1, inDays(1)]);
    assert.deepEqual(await outcome('disconnected'), [0, inDays(1)]);
    assert.deepEqual(await outcome('failing'), [0, due.nextSnapshotAt]);
    assert.deepEqual(await outcome('pro'), [0, null]);
    await runSnapshots();
    assert.deepEqual(await outcome('failing'), [1, inDays(1)]);
    await setPlan(pro.userId, 'business');
    await pro.client.getAnalytics();
    assert.deepEqual(await outcome('pro'), [1, inDays(1)]);
  });

  it('a run whose time is up leaves the rest due, and the next one goes on', async () => {
    const session = await signUpAnalyst();
    const ids = await tweetThread(session, 1);
    const postId = await pretendPost(session, ids, { nextSnapshotAt: daysAgo(1) });
    const deps = { db: openFirestore(PROJECT_ID), clock: systemClock, openX: openHere() };
    const cut = await snapshotPosts(deps, daysAgo(0));
    assert.deepEqual(cut, { users: 0, posts: 0, failedUsers: 0, finished: false });
    assert.deepEqual(await snapshotsOf(postId), []);
    const rest = await snapshotPosts(deps, inDays(2));
    assert.deepEqual(rest, { users: 1, posts: 1, failedUsers: 0, finished: true });
    assert.equal((await snapshotsOf(postId)).length, 1);
  });
});
