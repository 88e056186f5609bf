import assert from 'node:assert/strict';
import { paths } from '@quikthread/contract';
import type { JobErrorCode, Post } from '@quikthread/contract';
import { admin, closeAll, setPlan, signUp, signUpOn } from '../support/platform.js';
import { assertOut, assertPostedOnce, settled, signUpPoster } from '../support/posts.js';
import type { Poster } from '../support/posts.js';
import { assertRefused } from '../support/refusals.js';
import { x } from '../support/standIns.js';
import { changeXAccount, changeXTweet, connectXAccount, timelineOf } from '../support/x.js';

/** What the stand-in is told to answer once, and what the post says of it. */
const reasons: Readonly<Record<string, JobErrorCode>> = {
  parent_deleted: 'x_parent_missing',
  suspended: 'x_account_suspended',
  duplicate: 'x_duplicate_content',
  spend_cap: 'x_spend_cap_reached',
  credits_depleted: 'x_spend_cap_reached',
};

describe('a post that cannot go on', function () {
  this.timeout(120_000);
  let poster: Poster;

  before(() => x.reset());
  beforeEach(async () => {
    poster = await signUpPoster();
  });
  after(closeAll);

  /** A post that X refuses at its third tweet. */
  async function stopAtThird(answer = 'spend_cap', threadIndex = 0): Promise<Post> {
    const { session, choice } = poster;
    const { threads } = await session.client.getJob({ jobId: poster.jobId });
    const thread = threads?.[threadIndex] ?? assert.fail();
    const match = (thread.editedTweets ?? thread.tweets)[2] ?? assert.fail();
    await x.fault({ answer, match });
    const { postId } = await session.client.postThread(choice(threadIndex));
    const post = await settled(session, postId);
    assert.deepEqual([post.status, post.postedCount], ['stopped', 2]);
    await assertOut(post, poster.username);
    return post;
  }

  it('says why, lists what is out, and goes on when it is resumed', async () => {
    const { client } = poster.session;
    const stopped: Post[] = [];
    for (const [index, [answer, errorCode]] of Object.entries(reasons).entries()) {
      const post = await stopAtThird(answer, index);
      assert.equal(post.errorCode, errorCode);
      assert.ok(post.error && post.threadUrl && post.resumesAt === null);
      stopped.push(post);
    }
    for (const { postId } of stopped) {
      const resumed = await client.resumePost({ postId });
      assert.deepEqual([resumed.status, resumed.error], ['posting', null]);
    }
    for (const { postId } of stopped) {
      const done = await settled(poster.session, postId);
      assert.deepEqual([done.error, done.errorCode], [null, null]);
      await assertPostedOnce(done, poster.username);
    }
  });

  it('is resumed by its own call, not as a job', async () => {
    const { postId: jobId } = await stopAtThird();
    const wrong = { code: 'job_wrong_state', status: 'failed' } as const;
    const { client } = poster.session;
    await assertRefused(client.retryJob({ jobId }), 'failed-precondition', wrong);
  });

  it('stops while the account is suspended, and again until it no longer is', async () => {
    const { session, username } = poster;
    await changeXAccount(username, { suspended: true });
    const { postId } = await session.client.postThread(poster.choice());
    for (const resume of [true, false]) {
      const post = await settled(session, postId);
      assert.deepEqual([post.status, post.errorCode], ['stopped', 'x_account_suspended']);
      if (!resume) await changeXAccount(username, { suspended: false });
      await session.client.resumePost({ postId });
    }
    await assertPostedOnce(await settled(session, postId), username);
  });

  it('can only be removed where its owner deleted the tweet to go on from', async () => {
    const { client } = poster.session;
    const { postId, tweetIds } = await stopAtThird();
    await changeXTweet(tweetIds[1] ?? assert.fail(), { deleted: true });
    await client.resumePost({ postId });
    const again = await settled(poster.session, postId);
    assert.deepEqual([again.status, again.errorCode], ['stopped', 'x_parent_missing']);
    const deleted = await client.deletePost({ postId });
    const { status, tweetIds: left, postedCount, threadUrl, error } = deleted;
    assert.deepEqual([status, left, postedCount, threadUrl, error], ['deleted', [], 0, null, null]);
    assert.deepEqual(await timelineOf(poster.username), []);
    assert.deepEqual(await client.deletePost({ postId }), deleted);
  });

  it('goes on only from the account that it began on', async () => {
    const { session, username } = poster;
    const { client } = session;
    const { postId } = await stopAtThird();
    const other = `${username.slice(0, 12)}_2`;
    await connectXAccount(session, other);
    await client.resumePost({ postId });
    const stopped = await settled(session, postId);
    assert.deepEqual([stopped.status, stopped.errorCode], ['stopped', 'x_reconnect_required']);
    assert.match(stopped.error ?? '', new RegExp(`@${username}`));
    const refused = { code: 'x_reconnect_required' } as const;
    await assertRefused(client.deletePost({ postId }), 'failed-precondition', refused);
    assert.deepEqual(await timelineOf(other), []);
    await connectXAccount(session, username);
    // Its removal began, and only that can go on.
    const wrong = { code: 'post_wrong_state', status: 'deleting' } as const;
    await assertRefused(client.resumePost({ postId }), 'failed-precondition', wrong);
    await client.deletePost({ postId });
    assert.deepEqual(await timelineOf(username), []);
  });

  it('is cancelled as a job like any other, and resumed', async () => {
    const { session, username, tweets, choice } = poster;
    await x.fault({ hang: 'all', match: tweets[3] ?? assert.fail() });
    const { postId } = await session.client.postThread(choice());
    await new Promise<void>((resolve) => {
      const stop = session.client.watchPost(postId, ({ postedCount }) => {
        if (postedCount === 3) resolve();
      });
      session.client
        .waitForPost(postId)
        .finally(stop)
        .catch(() => undefined);
    });
    await session.client.cancelJob({ jobId: postId });
    const stopped = await settled(session, postId);
    assert.deepEqual([stopped.status, stopped.postedCount], ['stopped', 3]);
    await session.client.resumePost({ postId });
    await assertPostedOnce(await settled(session, postId), username);
  });

  describe('to resume it', () => {
    const resume = (postId: string, session = poster.session) =>
      session.client.resumePost({ postId });

    it('is refused where there is none, or it is another’s, or did not stop', async () => {
      const { postId } = await poster.session.client.postThread(poster.choice());
      await settled(poster.session, postId);
      const wrong = { code: 'post_wrong_state', status: 'completed' } as const;
      await assertRefused(resume(postId), 'failed-precondition', wrong);
      await assertRefused(resume('none'), 'not-found', { code: 'post_missing' });
      const stranger = await signUp();
      await assertRefused(resume(postId, stranger), 'permission-denied', {
        code: 'post_not_yours',
      });
    });

    it('takes the plan, a profile and a connection, as at first', async () => {
      const { session } = poster;
      const { postId } = await stopAtThird();
      await setPlan(session.userId, 'free');
      const lacking = { code: 'feature_missing', feature: 'postToX', nextPlan: 'pro' } as const;
      await assertRefused(resume(postId), 'permission-denied', lacking);
      await setPlan(session.userId, 'pro');
      await session.client.disconnectX();
      await assertRefused(resume(postId), 'failed-precondition', { code: 'x_not_connected' });
      await admin().firestore.doc(paths.user(session.userId)).delete();
      await assertRefused(resume(postId), 'not-found', { code: 'profile_missing' });
      const { status, postedCount } = await settled(session, postId);
      assert.deepEqual([status, postedCount], ['stopped', 2]);
    });

    it('happens once, however many ask', async () => {
      const { postId } = await stopAtThird();
      const asked = await Promise.allSettled([resume(postId), resume(postId), resume(postId)]);
      assert.equal(asked.filter(({ status }) => status === 'fulfilled').length, 1);
      await assertPostedOnce(await settled(poster.session, postId), poster.username);
    });
  });

  describe('to delete it', () => {
    const remove = (postId: string, session = poster.session) =>
      session.client.deletePost({ postId });
    const done = async (): Promise<Post> => {
      const { postId } = await poster.session.client.postThread(poster.choice());
      return settled(poster.session, postId);
    };
    const now = (postId: string) => settled(poster.session, postId);

    it('goes on where X cut it short, the last tweet first', async () => {
      const { postId, tweetIds } = await done();
      const [, , third = assert.fail()] = tweetIds;
      await x.fault({ status: 503, match: third });
      await assertRefused(remove(postId), 'unavailable', { code: 'x_unavailable' });
      const cut = await now(postId);
      assert.deepEqual([cut.status, cut.tweetIds], ['deleting', tweetIds.slice(0, 3)]);
      assert.deepEqual(
        (await timelineOf(poster.username)).map(({ id }) => id),
        tweetIds.slice(0, 3),
      );
      assert.equal((await remove(postId)).status, 'deleted');
      assert.deepEqual(await timelineOf(poster.username), []);
    });

    it('is refused as X refuses, and can be asked again', async () => {
      const { postId, tweetIds } = await done();
      const [, , , , last = assert.fail()] = tweetIds;
      await x.fault({ answer: 'suspended', match: last });
      const refused = { code: 'x_refused', reason: 'x_account_suspended' } as const;
      await assertRefused(remove(postId), 'failed-precondition', refused);
      await x.fault({ status: 429, headers: { 'retry-after': '60' }, match: last });
      const limited = await remove(postId).catch((error: unknown) => error);
      const { code, resetsAt } = (limited as { details: Record<string, string> }).details;
      assert.equal(code, 'x_rate_limited');
      assert.ok(Math.abs(Date.parse(resetsAt ?? '') - Date.now() - 60_000) < 15_000);
      await poster.session.client.disconnectX();
      await assertRefused(remove(postId), 'failed-precondition', { code: 'x_not_connected' });
      await connectXAccount(poster.session);
      assert.equal((await remove(postId)).status, 'deleted');
      assert.deepEqual(await timelineOf(poster.username), []);
    });

    it('is refused where there is none, or it is another’s, or is still to come', async () => {
      const { client } = poster.session;
      const at = new Date(Date.now() + 3600_000).toISOString();
      const { postId } = await client.schedulePost({ ...poster.choice(), at });
      const wrong = { code: 'post_wrong_state', status: 'scheduled' } as const;
      await assertRefused(remove(postId), 'failed-precondition', wrong);
      await assertRefused(remove('none'), 'not-found', { code: 'post_missing' });
      await assertRefused(remove(postId, await signUpOn('pro')), 'permission-denied', {
        code: 'post_not_yours',
      });
    });
  });
});
