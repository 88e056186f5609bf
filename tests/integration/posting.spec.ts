import assert from 'node:assert/strict';
import { closeAll } from '../support/platform.js';
import { assertPostedOnce, settled, signUpPoster } from '../support/posts.js';
import { x } from '../support/standIns.js';

describe('posting a thread', function () {
  this.timeout(60_000);

  before(() => x.reset());
  after(closeAll);

  it('has it on the timeline once, in order, and tells so', async () => {
    const poster = await signUpPoster();
    const { session, username, jobId, tweets, choice } = poster;
    const first = await session.client.postThread(choice());
    assert.equal(first.status, 'posting');
    assert.deepEqual(first.tweets, tweets);
    const post = await settled(session, first.postId);
    await assertPostedOnce(post, username);
    const { createdAt, updatedAt, postedAt, tweetIds, threadUrl, ...rest } = post;
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
});
