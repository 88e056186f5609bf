import assert from 'node:assert/strict';
import type { Post } from '@quikthread/contract';
import { closeAll } from '../support/platform.js';
import { assertOut, assertPostedOnce, settled, signUpPoster } from '../support/posts.js';
import type { Poster } from '../support/posts.js';
import { x } from '../support/standIns.js';

describe('a post that X says is too many', function () {
  this.timeout(120_000);
  let poster: Poster;

  beforeEach(async () => {
    await x.reset();
    poster = await signUpPoster();
  });
  after(async () => {
    await x.reset();
    await closeAll();
  });

  /** Has X refuse the third tweet until then. */
  const refuseThird = (resetInSeconds: number, scope?: string) =>
    x.fault({
      answer: { rateLimited: { resetInSeconds, ...(scope && { scope }) } },
      match: poster.tweets[2] ?? '',
    });
  const post = async () => (await poster.session.client.postThread(poster.choice())).postId;

  it('waits, shows its author until when, and goes on by itself', async () => {
    // Long enough not to be waited for in the run itself.
    await refuseThird(18);
    const seen: Post[] = [];
    const posted = await poster.session.client.waitForPost(await post(), {
      onChange: (change) => seen.push(change),
    });
    await assertPostedOnce(posted, poster.username);
    assert.deepEqual([posted.errorCode, posted.resumesAt], [null, null]);
    const waiting = seen.find(({ resumesAt }) => resumesAt !== null);
    assert.ok(waiting, 'it did not say that it waits');
    assert.deepEqual([waiting.status, waiting.errorCode], ['posting', 'x_rate_limited']);
    assert.equal(waiting.postedCount, 2);
  });

  it('stops where the wait is long, with what is out, and tells its author until when', async () => {
    await refuseThird(3 * 3600, 'user_day');
    const stopped = await settled(poster.session, await post());
    assert.deepEqual(
      [stopped.status, stopped.errorCode, stopped.postedCount],
      ['stopped', 'x_rate_limited', 2],
    );
    assert.match(stopped.error ?? '', /until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/);
    await assertOut(stopped, poster.username);
  });
});
