import assert from 'node:assert/strict';
import { DELETION_PHRASE, paths } from '@quikthread/contract';
import type { CallableInput } from '@quikthread/contract';
import { getAuth } from 'firebase-admin/auth';
import { adminApp } from '../../scripts/platform/operator.js';
import type { Session } from '../../scripts/platform/session.js';
import { holdCommit, killFunction } from '../support/crash.js';
import type { CommitPoint } from '../support/crash.js';
import { uploadTone } from '../support/jobs.js';
import { admin, closeAll, eventually, ports, signUp, signUpOn } from '../support/platform.js';
import {
  callAfterSignIn,
  deletionOf,
  endDeletion,
  everyDocument,
  signUpRich,
  untilAccountGone,
  whatNames,
} from '../support/privacy.js';
import type { RichUser } from '../support/privacy.js';
import { atPolar } from '../support/polar.js';
import { assertInvalid, assertRefused } from '../support/refusals.js';
import { deepgram, polar, x } from '../support/standIns.js';
import { connectXAccount } from '../support/x.js';
import { closeGrants } from '../support/xGrants.js';

const confirm = DELETION_PHRASE;

const hasAccount = (userId: string): Promise<boolean> =>
  getAuth(adminApp(ports))
    .getUser(userId)
    .then(
      () => true,
      () => false,
    );

/** The status of each revocation that X was asked for, in order. */
const revocations = async () =>
  (await x.journal()).filter(({ path }) => path === '/2/oauth2/revoke').map(({ status }) => status);

/** A user with an X account that is connected, and little else. */
async function signUpConnected(): Promise<Session> {
  const session = await signUpOn('pro');
  await connectXAccount(session);
  return session;
}

/** A commit of a deletion, told by what it writes. */
function commit(contains: string, when: CommitPoint['when']): CommitPoint {
  return { path: '^deletions/', contains, when };
}

/** Has a deletion's process killed at a commit, and lets the next one go on. */
async function killAt(point: CommitPoint, begin: () => Promise<unknown>): Promise<void> {
  const held = await holdCommit(point);
  await begin();
  await held.untilHit();
  assert.ok((await killFunction('runDeletion')) > 0, 'there was no process to kill');
  await held.untilCallerGone();
  await held.release();
}

async function assertNothingLeft({ userId, email }: Session, ...ids: string[]): Promise<void> {
  assert.deepEqual(await whatNames(userId, email, ...ids), []);
  assert.equal(await hasAccount(userId), false);
}

describe('the deletion of an account', function () {
  this.timeout(300_000);

  before(() => Promise.all([deepgram.reset(), x.reset()]));
  afterEach(() => Promise.all([x.reset(), polar.reset()]));
  after(async () => {
    await Promise.all([deepgram.reset(), closeGrants()]);
    await closeAll();
  });

  it('leaves nothing of a user with everything, and of others all', async () => {
    const other = await signUpRich();
    const user = await signUpRich();
    const { client, userId } = user.session;
    await client.waitForJob((await client.exportMyData()).jobId);
    const others = [other.session.userId, other.session.email, other.jobId, other.postId];
    const before = await whatNames(...others);
    const documentsBefore = await everyDocument();
    assert.deepEqual(await client.deleteAccount({ confirm }), { status: 'deleting' });
    await untilAccountGone(userId);
    assert.deepEqual(await whatNames(userId, user.session.email), [`deletions/${userId}`]);
    await endDeletion(userId);
    await assertNothingLeft(user.session, user.jobId, user.postId);
    assert.deepEqual(await whatNames(...others), before);
    const documents = await everyDocument();
    for (const path of before) assert.equal(documents.get(path), documentsBefore.get(path), path);
    assert.ok(await hasAccount(other.session.userId));
    assert.equal((await other.session.client.getProfile()).userId, other.session.userId);
  });

  it('cancels what is under way and what is scheduled, and keeps no late result', async () => {
    const user = await signUpOn('free');
    const { client, userId } = user;
    const storagePath = await uploadTone(user);
    await deepgram.fault({ match: userId, hang: 'all' });
    const { jobId } = await client.createJob({ type: 'upload', storagePath });
    await eventually(async () => {
      assert.ok((await deepgram.journal(userId)).length > 0, 'the job has not begun');
    });
    await client.deleteAccount({ confirm });
    await untilAccountGone(userId);
    // As a process might that was at it when the job was cancelled.
    const late = admin().bucket.file(`jobs/${jobId}/transcribe.json`);
    await late.save('{}', { resumable: false });
    await endDeletion(userId);
    await assertNothingLeft(user, jobId);
  });

  it('lets a token that outlives the account bring nothing back', async () => {
    const user = await signUpOn('free');
    const { client, userId } = user;
    await client.deleteAccount({ confirm });
    const underWay = { code: 'deletion_under_way' } as const;
    await assertRefused(client.initUser(), 'failed-precondition', underWay);
    await untilAccountGone(userId);
    await assertRefused(client.initUser(), 'failed-precondition', underWay);
    const missing = { code: 'profile_missing' } as const;
    await assertRefused(client.getProfile(), 'not-found', missing);
    await assertRefused(client.exportMyData(), 'not-found', missing);
    const storagePath = await uploadTone(user);
    const job = client.createJob({ type: 'upload', storagePath });
    await assertRefused(job, 'not-found', missing);
    await assertRefused(client.connectX(), 'not-found', missing);
    const left = await whatNames(userId);
    assert.ok(left.includes(storagePath) && left.includes(`rate-limits/${userId}`));
    await endDeletion(userId);
    await assertNothingLeft(user);
  });

  describe('where X is down', () => {
    it('for a moment: revokes the grant all the same', async () => {
      const user = await signUpConnected();
      await x.reset();
      await x.fault({ match: '/2/oauth2/revoke', status: 503, times: 1 });
      await user.client.deleteAccount({ confirm });
      await untilAccountGone(user.userId);
      assert.deepEqual((await deletionOf(user.userId))?.ended, [
        'subscriptions',
        'untold-subscriptions',
        'x',
      ]);
      const statuses = await revocations();
      assert.equal(statuses[0], 503);
      assert.deepEqual(statuses.slice(-2), [200, 200]);
      await endDeletion(user.userId);
      await assertNothingLeft(user);
    });

    it('for long: goes on without it after five tries', async () => {
      const user = await signUpConnected();
      await x.reset();
      await x.fault({ match: '/2/oauth2/revoke', status: 503, times: 100 });
      await user.client.deleteAccount({ confirm });
      await untilAccountGone(user.userId, 200);
      const deletion = await deletionOf(user.userId);
      assert.deepEqual(
        [deletion?.ended, deletion?.tries],
        [['subscriptions', 'untold-subscriptions'], { x: 5 }],
      );
      assert.ok((await revocations()).every((status) => status === 503));
      // Asked for again, it goes on at once instead of at the next try.
      await user.client.deleteAccount({ confirm });
      await endDeletion(user.userId);
      await assertNothingLeft(user);
    });
  });

  describe('of a user who pays', () => {
    /** The subscriptions that Polar was told to end, by the status that it answered. */
    const ended = async (subscriptionId: string) =>
      (await polar.journal())
        .filter(({ method, path }) => method === 'DELETE' && path.includes(subscriptionId))
        .map(({ status }) => status);

    it('ends the subscription at once, however long Polar is down', async () => {
      const user = await signUpOn('free');
      const { subscriptionId } = await atPolar({ externalId: user.userId }, ['buy:prod_pro']);
      await eventually(async () => {
        assert.equal((await user.client.getProfile()).tier, 'pro');
      });
      await polar.fault({ match: '/v1/subscriptions/', status: 503, times: 4 });
      await user.client.deleteAccount({ confirm });
      await untilAccountGone(user.userId, 120);
      const statuses = await ended(subscriptionId);
      assert.ok(statuses.includes(503));
      assert.ok(statuses.includes(200), statuses.join());
      await endDeletion(user.userId);
      await assertNothingLeft(user);
    });

    it('ends one too that no webhook has told of', async () => {
      const user = await signUpOn('free');
      const customer = { externalId: user.userId };
      const { subscriptionId } = await atPolar(customer, ['buy:prod_pro'], { hold: true });
      await user.client.deleteAccount({ confirm });
      await untilAccountGone(user.userId);
      assert.deepEqual(await ended(subscriptionId), [200]);
      await endDeletion(user.userId);
      await assertNothingLeft(user);
    });
  });

  it('ends however often its process is killed', async () => {
    const user: RichUser = await signUpRich();
    const { session } = user;
    const { client, userId } = session;
    const points = [
      commit('"services"', 'before'),
      commit('"data"', 'after'),
      commit('"account"', 'before'),
      commit('"tokensEndAt"', 'after'),
    ];
    let begin: () => Promise<unknown> = () => client.deleteAccount({ confirm });
    for (const point of points) {
      await killAt(point, begin);
      begin = () => Promise.resolve();
    }
    await untilAccountGone(userId, 120);
    const end: CommitPoint = { path: '^event-logs/', contains: 'account_deleted', when: 'before' };
    await killAt(end, async () => {
      await admin().firestore.doc(`deletions/${userId}`).update({ tokensEndAt: new Date() });
      await client.deleteAccount({ confirm });
    });
    await eventually(async () => {
      assert.equal(await deletionOf(userId), null);
    }, 120);
    await assertNothingLeft(session, user.jobId, user.postId);
  });

  it('is counted, without a word of who it was', async () => {
    const user = await signUpOn('free');
    await user.client.deleteAccount({ confirm });
    await endDeletion(user.userId);
    const logs = admin().firestore.collection('event-logs').where('type', '==', 'account_deleted');
    const { docs } = await logs.get();
    assert.ok(docs.length > 0);
    for (const document of docs) {
      const data = document.get('data') as Record<string, unknown>;
      assert.deepEqual(Object.keys(data), ['correlationId']);
    }
    await assertNothingLeft(user);
  });

  describe('is asked for', () => {
    it('by the exact words', async () => {
      const { client } = await signUpOn('free');
      for (const words of ['', 'Delete my account', 'delete']) {
        const input = { confirm: words } as CallableInput<'deleteAccount'>;
        await assertInvalid(client.deleteAccount(input), 'confirm');
      }
      assert.ok((await client.getProfile()).userId);
    });

    it('within five minutes of signing in', async () => {
      const user = await signUpOn('free');
      const answer = await callAfterSignIn(user, 301, 'deleteAccount', { confirm });
      const details = { code: 'reauthentication_required' };
      assert.deepEqual(answer, {
        error: {
          status: 'FAILED_PRECONDITION',
          message:
            'Sign in again first: deleting an account needs a sign-in within the last minutes.',
          details,
        },
      });
      assert.equal(await deletionOf(user.userId), null);
      assert.ok(await hasAccount(user.userId));
      const soon = await callAfterSignIn(user, 240, 'deleteAccount', { confirm });
      assert.deepEqual(soon, { result: { status: 'deleting' } });
    });

    it('twice as once, and before initUser too', async () => {
      const user = await signUp();
      await uploadTone(user);
      const answers = await Promise.all([
        user.client.deleteAccount({ confirm }),
        user.client.deleteAccount({ confirm }),
      ]);
      assert.deepEqual(answers, [{ status: 'deleting' }, { status: 'deleting' }]);
      await endDeletion(user.userId);
      await assertNothingLeft(user);
      assert.ok(!(await everyDocument()).has(paths.user(user.userId)));
    });
  });
});
