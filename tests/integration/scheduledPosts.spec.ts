import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { MAX_SCHEDULE_DAYS, MAX_UPCOMING_POSTS, paths } from '@quikthread/contract';
import { admin, closeAll, signUpOn } from '../support/platform.js';
import { assertOut, assertPostedOnce, settled, signUpPoster } from '../support/posts.js';
import type { Poster } from '../support/posts.js';
import { assertInvalid, assertRefused } from '../support/refusals.js';
import { x } from '../support/standIns.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

describe('a scheduled post', function () {
  this.timeout(180_000);
  let poster: Poster;

  before(async () => {
    await x.reset();
    poster = await signUpPoster();
  });
  after(closeAll);

  const inTime = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();
  const schedule = (at: string, threadIndex = 0) =>
    poster.session.client.schedulePost({ ...poster.choice(threadIndex), at });
  const upcoming = async () => (await poster.session.client.getProfile()).upcoming;
  const cancel = (postId: string, { session } = poster) =>
    session.client.cancelScheduledPost({ postId });

  it('goes out within a minute of its time, with the texts of when it was made', async () => {
    const { session, username, jobId, tweets } = poster;
    const at = inTime(MINUTE + 2000);
    const made = await schedule(at);
    assert.deepEqual([made.status, made.scheduledAt], ['scheduled', at]);
    assert.deepEqual(await upcoming(), [{ postId: made.postId, jobId, threadIndex: 0, at }]);
    assert.equal((await session.client.getJob({ jobId: made.postId })).status, 'scheduled');
    await session.client.updateThread({ jobId, threadIndex: 0, tweets: ['Quite another.'] });
    const done = await settled(session, made.postId, 170);
    assert.deepEqual(done.tweets, tweets);
    await assertPostedOnce(done, username);
    const late = Date.parse(done.postedAt ?? '') - Date.parse(at);
    assert.ok(late > 0 && late < MINUTE, `${late} ms after its time`);
    assert.deepEqual(await upcoming(), []);
  });

  it('is at least a minute and at most a year ahead, in whatever offset that is said', async () => {
    await assertInvalid(schedule(inTime(MINUTE - 5000), 1), 'at');
    await assertInvalid(schedule(inTime(-DAY), 1), 'at');
    await assertInvalid(schedule(inTime((MAX_SCHEDULE_DAYS + 1) * DAY), 1), 'at');
    const day = inTime(DAY).slice(0, 10);
    const { postId, scheduledAt } = await schedule(`${day}T14:30:00+05:30`, 1);
    assert.equal(scheduledAt, `${day}T09:00:00.000Z`);
    await cancel(postId);
  });

  it('is seen among those to come, soonest first, until it is cancelled', async () => {
    const later = await schedule(inTime(3 * DAY), 1);
    const sooner = await schedule(inTime(2 * DAY), 2);
    const last = await schedule(inTime(4 * DAY), 3);
    const ids = async () => (await upcoming()).map(({ postId }) => postId);
    assert.deepEqual(await ids(), [sooner.postId, later.postId, last.postId]);
    const cancelled = await cancel(later.postId);
    assert.equal(cancelled.status, 'cancelled');
    assert.deepEqual(await ids(), [sooner.postId, last.postId]);
    // As a job, it can be cancelled too.
    await poster.session.client.cancelJob({ jobId: last.postId });
    assert.equal((await settled(poster.session, last.postId)).status, 'cancelled');
    assert.deepEqual(await ids(), [sooner.postId]);
    await cancel(sooner.postId);
    assert.deepEqual(await ids(), []);
    await assertOut(cancelled, poster.username);
  });

  it('is one post by its key, at one time', async () => {
    const choice = poster.choice(1);
    const input = { ...choice, at: inTime(DAY) };
    const { client } = poster.session;
    const [first, second] = await Promise.all([
      client.schedulePost(input),
      client.schedulePost(input),
    ]);
    assert.equal(first.postId, second.postId);
    assert.equal((await upcoming()).length, 1);
    await assertInvalid(client.schedulePost({ ...input, at: inTime(2 * DAY) }), 'idempotencyKey');
    await assertInvalid(client.postThread(choice), 'idempotencyKey');
    const underWay = { code: 'post_under_way', postId: first.postId } as const;
    await assertRefused(schedule(inTime(DAY), 1), 'failed-precondition', underWay);
    await cancel(first.postId);
  });

  it('cannot be cancelled where there is none, or it is another’s, or it was', async () => {
    const { postId } = await schedule(inTime(DAY), 1);
    const stranger = { ...poster, session: await signUpOn('pro') };
    const notYours = { code: 'post_not_yours' } as const;
    await assertRefused(cancel(postId, stranger), 'permission-denied', notYours);
    await assertRefused(cancel('none'), 'not-found', { code: 'post_missing' });
    await cancel(postId);
    const wrong = { code: 'post_wrong_state', status: 'cancelled' } as const;
    await assertRefused(cancel(postId), 'failed-precondition', wrong);
    await assertRefused(poster.session.client.resumePost({ postId }), 'failed-precondition', wrong);
  });

  it('is one of fifty at most', async () => {
    const { firestore } = admin();
    const made = await schedule(inTime(DAY), 1);
    const stored = (await firestore.doc(paths.post(made.postId)).get()).data();
    const others = Array.from({ length: MAX_UPCOMING_POSTS - 1 }, () => randomUUID());
    const batch = firestore.batch();
    for (const postId of others) {
      batch.set(firestore.doc(paths.post(postId)), { ...stored, postId, jobId: 'another' });
    }
    await batch.commit();
    const tooMany = { code: 'too_many_scheduled', max: MAX_UPCOMING_POSTS } as const;
    await assertRefused(schedule(inTime(DAY), 2), 'failed-precondition', tooMany);
    await Promise.all(others.map((postId) => firestore.doc(paths.post(postId)).delete()));
    await cancel(made.postId);
  });
});
