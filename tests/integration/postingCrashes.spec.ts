import assert from 'node:assert/strict';
import type { Post } from '@quikthread/contract';
import { runPath } from '../../functions/src/engine/documents.js';
import { deterministicId } from '../../functions/src/platform/ids.js';
import { holdCommit, killFunction, untilEventsAccepted } from '../support/crash.js';
import type { CommitPoint, HeldCommit } from '../support/crash.js';
import { admin, closeAll } from '../support/platform.js';
import { assertOut, assertPostedOnce, settled, signUpPoster } from '../support/posts.js';
import type { Poster } from '../support/posts.js';
import { x } from '../support/standIns.js';
import { timelineOf } from '../support/x.js';

const POSITIONS = [0, 1, 2, 3, 4];

/** Moments of a tweet's sending, by its post and its place in the thread. */
const moments: Readonly<Record<string, (postId: string, position: number) => CommitPoint>> = {
  'about to send it': (postId, position) => ({
    path: `^posts/${postId}/private/send$`,
    contains: `"position":${position}`,
    when: 'after',
  }),
  'it is out, and not written down': (postId, position) => checkpoint(postId, position, 'before'),
  'it is out and just written down': (postId, position) => checkpoint(postId, position, 'after'),
};

/** The last tweet is written down with the job's end. */
function checkpoint(postId: string, position: number, when: CommitPoint['when']): CommitPoint {
  const contains = position === 4 ? '"end":"completed"' : `"tweet-${position + 1}"`;
  return { path: `^jobs/${postId}/private/run$`, contains, when };
}

interface Cut {
  readonly poster: Poster;
  readonly postId: string;
  readonly held: HeldCommit;
}

/** Begins a post and holds it at a moment of one of its tweets. */
async function hold(
  poster: Poster,
  threadIndex: number,
  point: (postId: string) => CommitPoint,
): Promise<Cut> {
  const { session, choice } = poster;
  const input = choice(threadIndex);
  const postId = deterministicId('post', session.userId, input.idempotencyKey);
  const held = await holdCommit(point(postId));
  assert.equal((await session.client.postThread(input)).postId, postId);
  await held.untilHit();
  return { poster, postId, held };
}

/** Kills whatever runs jobs, and lets the held commits go. */
async function kill(cuts: readonly Cut[]): Promise<void> {
  assert.ok((await killFunction('onJobCreated')) >= cuts.length);
  for (const { held } of cuts) {
    await held.untilCallerGone();
    await held.release();
  }
}

describe('a post whose process is killed', function () {
  this.timeout(180_000);
  const posters: Poster[] = [];

  before(async () => {
    await x.reset();
    while (posters.length < POSITIONS.length) posters.push(await signUpPoster());
  });
  afterEach(untilEventsAccepted);
  after(closeAll);

  for (const [index, [name, point]] of Object.entries(moments).entries()) {
    it(`when ${name}, at any tweet, is out once, in order, whole`, async () => {
      const cuts: Cut[] = [];
      for (const [position, poster] of posters.entries()) {
        cuts.push(await hold(poster, index, (postId) => point(postId, position)));
      }
      await kill(cuts);
      for (const { poster, postId } of cuts) {
        await assertPostedOnce(await settled(poster.session, postId), poster.username);
      }
    });
  }

  it('and whose tweet X does not show for long is out once all the same', async () => {
    const cuts: Cut[] = [];
    for (const [position, poster] of posters.slice(0, 2).entries()) {
      const match = `Tweet ${position + 1} of option 5.`;
      await x.fault({ answer: { timelineLags: { seconds: 25 } }, match });
      cuts.push(await hold(poster, 4, (postId) => checkpoint(postId, position, 'before')));
    }
    await kill(cuts);
    for (const { poster, postId } of cuts) {
      await assertPostedOnce(await settled(poster.session, postId), poster.username);
    }
  });

  /** A post whose third tweet is out without anybody knowing, cancelled before it was taken up again. */
  async function cancelInDoubt(poster: Poster, threadIndex: number): Promise<Post> {
    const { client } = poster.session;
    const cut = await hold(poster, threadIndex, (postId) => checkpoint(postId, 2, 'before'));
    await kill([cut]);
    // Nobody takes it up meanwhile, however long the call takes.
    const expiresAt = new Date(Date.now() + 60_000);
    await admin().firestore.doc(runPath(cut.postId)).update({ 'lease.expiresAt': expiresAt });
    await client.cancelJob({ jobId: cut.postId });
    const post = await settled(poster.session, cut.postId);
    assert.deepEqual([post.status, post.postedCount], ['stopped', 2]);
    const timeline = await timelineOf(poster.username);
    assert.equal(timeline.filter(({ text }) => post.tweets.includes(text)).length, 3);
    return post;
  }

  it('and that is cancelled then can be resumed: what nobody knew of is not sent again', async () => {
    const [poster = assert.fail()] = posters;
    const { postId } = await cancelInDoubt(poster, 3);
    const resumed = await poster.session.client.resumePost({ postId });
    assert.equal(resumed.status, 'posting');
    await assertPostedOnce(await settled(poster.session, postId), poster.username);
  });

  it('and that is cancelled then can be deleted, with what nobody knew of', async () => {
    const [, poster = assert.fail()] = posters;
    const { postId } = await cancelInDoubt(poster, 3);
    const post = await poster.session.client.deletePost({ postId });
    assert.deepEqual([post.status, post.tweetIds], ['deleted', []]);
    await assertOut(post, poster.username);
  });
});
