import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { paths } from '@quikthread/contract';
import { tweetRate } from '../../functions/src/features/posting/rateBounds.js';
import { APP_LIMITS_PATH, userLimitsPath } from '../../functions/src/features/posting/xLimits.js';
import { closeAll, signUpOn } from '../support/platform.js';
import { openBench } from '../support/postingBench.js';
import type { PostingBench } from '../support/postingBench.js';
import { assertOut, assertPostedOnce } from '../support/posts.js';
import { x } from '../support/standIns.js';
import { connectXAccount } from '../support/x.js';
import { closeGrants } from '../support/xGrants.js';

const WINDOW_MS = tweetRate.windowSeconds * 1000;

interface User {
  readonly userId: string;
  readonly username: string;
}

describe('how fast a user posts', function () {
  this.timeout(120_000);
  let bench: PostingBench;
  let db: PostingBench['engine']['db'];
  let user: User;

  before(async () => {
    await x.reset();
    bench = openBench();
    ({ db } = bench.engine);
  });
  beforeEach(async () => {
    user = await connected();
    await db.doc(APP_LIMITS_PATH).delete();
  });
  after(closeGrants);
  after(closeAll);

  async function connected(): Promise<User> {
    const session = await signUpOn('pro');
    const { username } = await connectXAccount(session);
    return { userId: session.userId, username };
  }
  const tweets = (count = 3) =>
    Array.from({ length: count }, (_, i) => `Tweet ${i + 1} of ${randomUUID()}.`);
  const make = (texts = tweets(), { userId } = user) => bench.make(userId, texts);
  /** The user's tweets so far, the first of which leaves the window in that time. */
  const sent = (count: number, leavesInMs: number) =>
    db.doc(userLimitsPath(user.userId)).set({
      userId: user.userId,
      taken: Array.from({ length: count }, () => Date.now() - WINDOW_MS + leavesInMs),
    });
  const sends = async (text: string | undefined) =>
    (await x.journal(text)).filter(({ method }) => method === 'POST').length;

  it('is bounded to fifty tweets in 15 minutes; the post says when it goes on', async () => {
    await sent(tweetRate.max - 2, 25_000);
    const made = await make();
    const waiting = await bench.run(made, 1);
    assert.deepEqual(
      [waiting.status, waiting.postedCount, waiting.errorCode],
      ['posting', 2, 'x_rate_limited'],
    );
    const wait = Date.parse(waiting.resumesAt ?? '') - Date.now();
    assert.ok(wait > 5000 && wait < 27_000, `${wait} ms`);
    assert.match(
      waiting.error ?? '',
      /50 tweets in 15 minutes .* at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/,
    );
    assert.equal(await sends(made.tweets[2]), 0);
    const done = await bench.run(made, 60);
    await assertPostedOnce(done, user.username);
    assert.deepEqual([done.resumesAt, done.error, done.errorCode], [null, null, null]);
  });

  it('counts a tweet once, however often it had to be sent', async () => {
    const made = await make();
    const [, second = assert.fail()] = made.tweets;
    await x.fault({ status: 503, match: second, times: 2 });
    await assertPostedOnce(await bench.run(made), user.username);
    assert.equal(await sends(second), 3);
    const limits = await db.doc(userLimitsPath(user.userId)).get();
    assert.equal((limits.get('taken') as unknown[]).length, 3);
  });

  it('follows X, which is not asked once it said that no tweet is left', async () => {
    const [first = assert.fail(), second, third] = tweets();
    await x.fault({
      status: 201,
      match: first,
      headers: {
        'x-rate-limit-remaining': '0',
        'x-rate-limit-reset': String(Math.floor(Date.now() / 1000) + 600),
      },
      body: { data: { id: '1', text: first } },
    });
    const made = await make([first, second ?? '', third ?? '']);
    const waiting = await bench.run(made, 1);
    assert.deepEqual([waiting.postedCount, waiting.errorCode], [1, 'x_rate_limited']);
    const wait = Date.parse(waiting.resumesAt ?? '') - Date.now();
    assert.ok(wait > 590_000 - 30_000 && wait < 602_000, `${wait} ms`);
    assert.equal(await sends(second), 0);
  });

  it('follows a 429 that names its reset', async () => {
    const made = await make();
    const [, second = assert.fail()] = made.tweets;
    await x.fault({ answer: { rateLimited: { resetInSeconds: 300 } }, match: second });
    const waiting = await bench.run(made, 1);
    assert.deepEqual(
      [waiting.status, waiting.postedCount, waiting.errorCode],
      ['posting', 1, 'x_rate_limited'],
    );
    await assertOut(waiting, user.username);
    // What X said holds for the user's other posts too.
    const other = await make();
    assert.equal((await bench.run(other, 1)).postedCount, 0);
    assert.equal(await sends(other.tweets[0]), 0);
  });

  it('stops with the reset in its words where that is more than an hour away', async () => {
    const made = await make();
    const [, second = assert.fail()] = made.tweets;
    const rateLimited = { resetInSeconds: 3 * 3600, scope: 'user_day' };
    await x.fault({ answer: { rateLimited }, match: second });
    const stopped = await bench.run(made);
    assert.deepEqual([stopped.status, stopped.errorCode], ['stopped', 'x_rate_limited']);
    const until =
      /until (\S+ \S+) UTC/.exec(stopped.error ?? '')?.[1] ?? assert.fail(stopped.error ?? '');
    const away = Date.parse(`${until.replace(' ', 'T')}Z`) - Date.now();
    assert.ok(Math.abs(away - 3 * 3600_000) < 60_000, `${away} ms`);
  });

  it('waits with everybody else where the whole app is out of tweets', async () => {
    const [mine, theirs] = [await make(), await make(tweets(), await connected())];
    const [first = assert.fail()] = mine.tweets;
    const rateLimited = { resetInSeconds: 20, scope: 'app_day' };
    await x.fault({ answer: { rateLimited }, match: first });
    assert.equal((await bench.run(mine, 1)).errorCode, 'x_rate_limited');
    const waiting = await bench.run(theirs, 1);
    assert.equal(waiting.errorCode, 'x_rate_limited');
    assert.match(waiting.error ?? '', /this service/);
    assert.equal(await sends(theirs.tweets[0]), 0);
    const [done] = await Promise.all([bench.run(mine), bench.run(theirs)]);
    await assertPostedOnce(done, user.username);
  });

  it('ends with the plan that a post was made under, before its first tweet', async () => {
    const made = await make();
    await db.doc(paths.user(user.userId)).update('features.postToX', false);
    const stopped = await bench.run(made);
    assert.deepEqual([stopped.status, stopped.errorCode], ['stopped', 'plan_changed']);
    assert.equal(await sends(made.tweets[0]), 0);
  });
});
