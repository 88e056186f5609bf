import assert from 'node:assert/strict';
import { paths, rateLimits, uploadIdOf, uploadSchema } from '@quikthread/contract';
import type { Session } from '../../scripts/platform/session.js';
import { admin, closeAll, eventually, signUp, signUpOn } from '../support/platform.js';
import { refusalOf } from '../support/refusals.js';

const now = () => Date.now();

/** Pretends that the user took these places, so many milliseconds ago. */
async function take(userId: string, window: string, ages: readonly number[]): Promise<void> {
  const taken = ages.map((age) => now() - age).sort();
  await admin()
    .firestore.doc(`rate-limits/${userId}`)
    .set({ userId, [window]: taken });
}

/** The seconds that a call is told to wait. */
async function waitOf(call: Promise<unknown>): Promise<number> {
  const { status, details, message } = await refusalOf(call);
  assert.equal(status, 'resource-exhausted');
  assert.ok(details?.code === 'rate_limited', message);
  assert.match(message, new RegExp(`${details.retryAfterSeconds} seconds`));
  return details.retryAfterSeconds;
}

describe('rate limits', function () {
  this.timeout(60_000);
  let user: Session;
  beforeEach(async () => {
    user = await signUpOn('pro');
  });
  after(closeAll);

  it('let 100 calls through in a quarter of an hour, however they race, and no other user pays for it', async () => {
    await take(
      user.userId,
      'calls',
      Array.from({ length: 96 }, () => 1000),
    );
    const calls = Array.from({ length: 8 }, () => user.client.getQuota());
    const outcomes = await Promise.allSettled(calls);
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 4);
    const wait = await waitOf(user.client.getProfile());
    assert.ok(wait > 800 && wait <= rateLimits.calls.windowSeconds, `${wait}`);
    const other = await signUp();
    await other.client.initUser();
  });

  it('give places back as their quarter of an hour passes', async () => {
    const minutes = 60_000;
    await take(user.userId, 'calls', [
      14.5 * minutes,
      ...Array.from({ length: 99 }, () => 1 * minutes),
    ]);
    const wait = await waitOf(user.client.getQuota());
    assert.ok(wait > 15 && wait <= 30, `${wait}`);
    await take(user.userId, 'calls', [
      15.1 * minutes,
      ...Array.from({ length: 99 }, () => 1 * minutes),
    ]);
    await user.client.getQuota();
    await waitOf(user.client.getQuota());
  });

  it('do not count what is refused for its input', async () => {
    await take(
      user.userId,
      'calls',
      Array.from({ length: 99 }, () => 1000),
    );
    await refusalOf(user.client.getJob({ jobId: 'not an id' }));
    await user.client.getQuota();
    await waitOf(user.client.getQuota());
  });

  it('let ten jobs be created in a minute, and other calls go on', async () => {
    const input = {
      type: 'upload',
      storagePath: `users/${user.userId}/uploads/none.mp3`,
    } as const;
    for (let count = 0; count < 10; count += 1) {
      const { code } = await refusalOf(user.client.createJob(input));
      assert.equal(code, 'upload_missing');
    }
    const wait = await waitOf(user.client.createJob(input));
    assert.ok(wait > 30 && wait <= 60, `${wait}`);
    await user.client.getQuota();
  });

  it('refuse the twenty-first upload of an hour, and delete it', async () => {
    const { firestore, bucket } = admin();
    await take(
      user.userId,
      'uploads',
      Array.from({ length: 20 }, () => 10 * 60_000),
    );
    const storagePath = `users/${user.userId}/uploads/one-more.mp3`;
    await bucket.file(storagePath).save('ID3', { resumable: false, contentType: 'audio/mpeg' });
    await eventually(async () => {
      const document = await firestore
        .doc(paths.upload(uploadIdOf(user.userId, 'one-more.mp3')))
        .get();
      const { status, reason, message } = uploadSchema.parse(document.data());
      assert.deepEqual([status, reason], ['rejected', 'too_many']);
      assert.match(message ?? '', /in 50 minutes/);
      assert.deepEqual(await bucket.file(storagePath).exists(), [false]);
    });
  });
});
