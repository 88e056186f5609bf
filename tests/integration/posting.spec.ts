import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { CallableInput, Thread } from '@quikthread/contract';
import { finishedJob } from '../../functions/src/testing/finishedJob.js';
import { closeAll, signUp, signUpOn } from '../support/platform.js';
import { assertPostedOnce, settled, signUpPoster } from '../support/posts.js';
import type { Poster } from '../support/posts.js';
import { assertInvalid, assertRefused } from '../support/refusals.js';
import { x } from '../support/standIns.js';
import { pretendThreads } from '../support/threads.js';
import { changeXAccount, timelineOf } from '../support/x.js';

type Choice = CallableInput<'postThread'>;

describe('posting a thread', function () {
  this.timeout(90_000);
  let poster: Poster;

  before(async () => {
    await x.reset();
    poster = await signUpPoster();
  });
  after(closeAll);

  const post = (change: Partial<Choice> = {}, { session, choice } = poster) =>
    session.client.postThread({ ...choice(), ...change });
  const threads = (tweets: readonly string[]) => {
    const [first] = finishedJob({ jobId: 'any', userId: 'any' }).threads ?? [];
    return [{ ...(first as Thread), editedTweets: [...tweets] }];
  };

  it('has it on the timeline once, in order, and tells so', async () => {
    const { session, username, jobId, tweets, choice } = poster;
    const first = await session.client.postThread(choice());
    assert.equal(first.status, 'posting');
    assert.deepEqual(first.tweets, tweets);
    const done = await settled(session, first.postId);
    await assertPostedOnce(done, username);
    const { createdAt, updatedAt, postedAt, tweetIds, threadUrl, ...rest } = done;
    assert.ok(createdAt < updatedAt && postedAt !== null && threadUrl !== null);
    assert.equal(tweetIds.length, 5);
    assert.deepEqual(rest, {
      postId: first.postId,
      userId: session.userId,
      jobId,
      threadIndex: 0,
      status: 'completed',
      tweets,
      postedCount: 5,
      username,
      scheduledAt: null,
      resumesAt: null,
      error: null,
      errorCode: null,
      missingTweetIds: [],
    });
    const job = await session.client.getJob({ jobId: first.postId });
    assert.deepEqual([job.kind, job.status, job.progress], ['post', 'completed', 100]);
  });

  it('is one post however often it is clicked', async () => {
    const { session, username, choice } = poster;
    const input = choice(1);
    const clicks = Array.from({ length: 10 }, () => session.client.postThread(input));
    const [first, ...others] = await Promise.all(clicks);
    assert.ok(first);
    for (const { postId } of others) assert.equal(postId, first.postId);
    await assertPostedOnce(await settled(session, first.postId), username);
    assert.equal((await session.client.postThread(input)).status, 'completed');
    assert.equal((await timelineOf(username)).length, 10);
  });

  it('moves links to a closing reply where that is asked for', async () => {
    const { session, username } = poster;
    const tweets = [`Read it all at example.com/a (${randomUUID()}).`, `And then ${randomUUID()}.`];
    const jobId = await pretendThreads(session, { threads: threads(tweets) });
    const made = await post({ jobId, linksInLastReply: true });
    assert.equal(made.tweets.length, 3);
    assert.ok(!made.tweets[0]?.includes('example.com') && made.tweets[2] === 'example.com/a');
    await assertPostedOnce(await settled(session, made.postId), username);
  });

  it('refuses a key that names another post', async () => {
    const idempotencyKey = randomUUID();
    const first = await post({ threadIndex: 2, idempotencyKey });
    await assertInvalid(post({ threadIndex: 3, idempotencyKey }), 'idempotencyKey');
    await assertInvalid(
      post({ threadIndex: 2, idempotencyKey, linksInLastReply: true }),
      'idempotencyKey',
    );
    await settled(poster.session, first.postId);
  });

  it('refuses a thread that is going out already, and says by which post', async () => {
    const { client } = poster.session;
    const at = new Date(Date.now() + 3600_000).toISOString();
    const { postId } = await client.schedulePost({ ...poster.choice(4), at });
    const details = { code: 'post_under_way', postId } as const;
    await assertRefused(post({ threadIndex: 4 }), 'failed-precondition', details);
    await client.cancelScheduledPost({ postId });
    const again = await post({ threadIndex: 4 });
    await assertPostedOnce(await settled(poster.session, again.postId), poster.username);
  });

  it('names each tweet that X would not take', async () => {
    const tweets = ['Short.', 'a'.repeat(281), `Fine ${randomUUID()}.`, '漢'.repeat(141)];
    const jobId = await pretendThreads(poster.session, { threads: threads(tweets) });
    await assertInvalid(post({ jobId }), 'tweets.1', 'tweets.3');
  });

  it('refuses jobs and options that are not there, not done, or somebody else’s', async () => {
    const { session } = poster;
    const unfinished = await pretendThreads(session, { status: 'generating', threads: null });
    const theirs = await pretendThreads(await signUp());
    await assertRefused(post({ jobId: 'none' }), 'not-found', { code: 'job_missing' });
    await assertRefused(post({ jobId: theirs }), 'permission-denied', { code: 'job_not_yours' });
    const wrongState = { code: 'job_wrong_state', status: 'generating' } as const;
    await assertRefused(post({ jobId: unfinished }), 'failed-precondition', wrongState);
    const missing = { code: 'thread_missing', threads: 5 } as const;
    await assertRefused(post({ threadIndex: 5 }), 'not-found', missing);
  });

  it('is not for users without a profile, or on the free plan, who learn which plan has it', async () => {
    const [stranger, free] = await Promise.all([signUp(), signUpOn('free')]);
    const choice = { jobId: 'any', threadIndex: 0, idempotencyKey: randomUUID() };
    const profileMissing = { code: 'profile_missing' } as const;
    await assertRefused(stranger.client.postThread(choice), 'not-found', profileMissing);
    const lacking = { code: 'feature_missing', feature: 'postToX', nextPlan: 'pro' } as const;
    const message = await assertRefused(
      free.client.postThread(choice),
      'permission-denied',
      lacking,
    );
    assert.match(message, /pro plan/);
  });

  it('needs an X account that is connected', async () => {
    const user = await signUpOn('pro');
    const jobId = await pretendThreads(user);
    const call = () =>
      user.client.postThread({ jobId, threadIndex: 0, idempotencyKey: randomUUID() });
    await assertRefused(call(), 'failed-precondition', { code: 'x_not_connected' });
  });

  it('stops where X takes the connection no longer, and is refused until it is made again', async () => {
    const other = await signUpPoster();
    const { client } = other.session;
    await changeXAccount(other.username, { revokeGrants: true });
    const { postId } = await client.postThread(other.choice());
    const stopped = await settled(other.session, postId);
    assert.deepEqual([stopped.status, stopped.errorCode], ['stopped', 'x_reconnect_required']);
    const details = { code: 'x_reconnect_required' } as const;
    await assertRefused(client.postThread(other.choice(1)), 'failed-precondition', details);
    await assertRefused(client.resumePost({ postId }), 'failed-precondition', details);
    // Nothing is out, so X need not be asked.
    assert.equal((await client.deletePost({ postId })).status, 'deleted');
  });
});
