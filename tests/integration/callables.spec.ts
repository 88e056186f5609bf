import assert from 'node:assert/strict';
import type { QuikThreadClient } from '@quikthread/client';
import { DELETION_PHRASE, paths, plans } from '@quikthread/contract';
import type { CallableInput, CallableName } from '@quikthread/contract';
import { getAuth, signOut } from 'firebase/auth';
import { doc, getFirestore, updateDoc } from 'firebase/firestore';
import type { Session } from '../../scripts/platform/session.js';
import { assertFailed, pretendUpload } from '../support/jobs.js';
import { admin, closeAll, signUp, signUpOn } from '../support/platform.js';
import { countWrites } from '../support/crash.js';
import {
  assertInvalid,
  assertNothingTaken,
  assertRefused,
  refusalOf,
} from '../support/refusals.js';

const upload = { type: 'upload', storagePath: 'users/somebody/uploads/talk.mp3' } as const;

const choice = { jobId: 'a-job', threadIndex: 0 };
const posting = { ...choice, idempotencyKey: 'a-key-of-mine' };

/** A valid call of each callable. */
const calls: Readonly<Record<CallableName, (client: QuikThreadClient) => Promise<unknown>>> = {
  initUser: (client) => client.initUser(),
  getProfile: (client) => client.getProfile(),
  updateSettings: (client) => client.updateSettings({ displayName: 'Ada' }),
  getQuota: (client) => client.getQuota(),
  createJob: (client) => client.createJob(upload),
  getJob: (client) => client.getJob({ jobId: 'a-job' }),
  listJobs: (client) => client.listJobs(),
  cancelJob: (client) => client.cancelJob({ jobId: 'a-job' }),
  retryJob: (client) => client.retryJob({ jobId: 'a-job' }),
  updateThread: (client) => client.updateThread({ ...choice, tweets: null }),
  previewPost: (client) => client.previewPost(choice),
  postThread: (client) => client.postThread(posting),
  schedulePost: (client) => client.schedulePost({ ...posting, at: '2100-01-01T00:00:00Z' }),
  cancelScheduledPost: (client) => client.cancelScheduledPost({ postId: 'a-post' }),
  resumePost: (client) => client.resumePost({ postId: 'a-post' }),
  deletePost: (client) => client.deletePost({ postId: 'a-post' }),
  connectX: (client) => client.connectX(),
  confirmX: (client) => client.confirmX({ connection: 'a-connection' }),
  disconnectX: (client) => client.disconnectX(),
  getAnalytics: (client) => client.getAnalytics(),
  exportMyData: (client) => client.exportMyData(),
  getExport: (client) => client.getExport({ jobId: 'a-job' }),
  deleteAccount: (client) => client.deleteAccount({ confirm: DELETION_PHRASE }),
  createCheckout: (client) => client.createCheckout({ plan: 'pro' }),
  customerPortal: (client) => client.customerPortal(),
};

/** The user's document, with an administrator's rights. */
const userRef = ({ userId }: Session) => admin().firestore.doc(paths.user(userId));

/** Input that the contract's types do not allow, as a front end without types would send it. */
function untyped<Name extends CallableName>(input: unknown): CallableInput<Name> {
  return input as CallableInput<Name>;
}

/** The first day of the month after this one, in UTC. */
function nextMonth(): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)).toISOString();
}

describe('callables', function () {
  this.timeout(120_000);
  after(closeAll);

  describe('without a signed-in user', () => {
    let stranger: Session;
    before(async () => {
      stranger = await signUp();
      await signOut(getAuth(stranger.app));
    });
    for (const [name, call] of Object.entries(calls)) {
      it(`${name} is refused`, async () => {
        await assertRefused(call(stranger.client), 'unauthenticated', { code: 'unauthenticated' });
      });
    }
  });

  describe('before initUser', () => {
    let newcomer: Session;
    before(async () => {
      newcomer = await signUp();
    });
    const wanting: readonly CallableName[] = [
      'getProfile',
      'updateSettings',
      'getQuota',
      'createJob',
      'connectX',
      'getAnalytics',
      'createCheckout',
    ];
    for (const name of wanting) {
      it(`${name} says that the profile is missing`, async () => {
        await assertRefused(calls[name](newcomer.client), 'not-found', { code: 'profile_missing' });
      });
    }
    it('a job of a link says so too, and there are no jobs', async () => {
      const call = newcomer.client.createJob({ type: 'url', contentUrl: 'http://127.0.0.1/a.mp3' });
      await assertRefused(call, 'not-found', { code: 'profile_missing' });
      assert.deepEqual(await newcomer.client.listJobs(), { jobs: [], nextCursor: null });
      assert.equal((await userRef(newcomer).get()).exists, false);
    });
  });

  describe('initUser', () => {
    it('makes one profile of ten concurrent calls: on the free plan, nothing used', async () => {
      const user = await signUp();
      const all = await Promise.all(Array.from({ length: 10 }, () => user.client.initUser()));
      const [first, ...others] = all;
      for (const profile of others) assert.deepEqual(profile, first);
      assert.equal(await countWrites(`^users/${user.userId}$`), 1);
      const { createdAt = '', updatedAt = '', ...profile } = first ?? {};
      assert.ok(Date.parse(createdAt) <= Date.now() && createdAt === updatedAt);
      assert.deepEqual(profile, {
        userId: user.userId,
        email: user.email,
        displayName: null,
        settings: {},
        tier: 'free',
        creditsUsed: 0,
        creditsReserved: 0,
        ...plans.free,
        xAccount: null,
        upcoming: [],
        resetDate: nextMonth(),
      });
      assert.deepEqual(await user.client.getProfile(), first);
    });

    it('changes nothing of a profile that is there', async () => {
      const user = await signUpOn('pro');
      await userRef(user).update({ creditsUsed: 7 });
      const { tier, creditsUsed, maxCredits } = await user.client.initUser();
      assert.deepEqual([tier, creditsUsed, maxCredits], ['pro', 7, 30]);
    });
  });

  describe('updateSettings', () => {
    let user: Session;
    beforeEach(async () => {
      user = await signUpOn('free');
    });

    it('replaces what is named, keeps the rest, and trims the name', async () => {
      const settings = { language: 'pt-BR', timeZone: 'Europe/Lisbon' };
      await user.client.updateSettings({ displayName: '  Ada  ', settings });
      const named = await user.client.getProfile();
      assert.deepEqual([named.displayName, named.settings], ['Ada', settings]);
      await user.client.updateSettings({ settings: { language: 'de' } });
      const changed = await user.client.updateSettings({ displayName: null });
      assert.deepEqual([changed.displayName, changed.settings], [null, { language: 'de' }]);
      assert.deepEqual(await user.client.getProfile(), changed);
    });

    const refused: Readonly<Record<string, readonly [unknown, ...string[]]>> = {
      'a plan': [{ tier: 'business' }, 'input', 'tier'],
      'a plan beside a name': [{ displayName: 'Ada', tier: 'business' }, 'tier'],
      'unknown fields, each by its name': [
        { displayName: 'Ada', creditsUsed: 0, settings: { theme: 'dark', language: 'en' } },
        'creditsUsed',
        'settings.theme',
      ],
      'a time zone that is none': [{ settings: { timeZone: 'Foo/Bar' } }, 'settings.timeZone'],
      'a language that is none': [{ settings: { language: 'English!' } }, 'settings.language'],
      'an empty name': [{ displayName: '   ' }, 'displayName'],
      'a name of 81 characters': [{ displayName: 'x'.repeat(81) }, 'displayName'],
      'nothing at all': [{}, 'input'],
    };
    for (const [name, [input, ...fields]] of Object.entries(refused)) {
      it(`refuses ${name}, and changes nothing`, async () => {
        const before = await user.client.getProfile();
        const call = user.client.updateSettings(untyped<'updateSettings'>(input));
        await assertInvalid(call, ...fields);
        assert.deepEqual(await user.client.getProfile(), before);
      });
    }
  });

  it('settings that a client wrote past the contract count as unset, and break nothing', async () => {
    const user = await signUpOn('free');
    const settings = { timeZone: 'Foo/Bar', language: 'en' };
    await updateDoc(doc(getFirestore(user.app), paths.user(user.userId)), { settings });
    assert.deepEqual((await user.client.getProfile()).settings, {});
    assert.equal((await user.client.initUser()).tier, 'free');
    assert.equal((await user.client.getQuota()).remaining, 2);
    const storagePath = await pretendUpload(user.userId);
    const { jobId } = await user.client.createJob({ type: 'upload', storagePath });
    await assertFailed(user, jobId, 'media_missing');
    await user.client.updateSettings({ displayName: 'Ada' });
    assert.deepEqual((await userRef(user).get()).get('settings'), {});
  });

  describe('a month whose reset date has passed', () => {
    let user: Session;
    beforeEach(async () => {
      user = await signUpOn('free');
      await userRef(user).update({ creditsUsed: 2, resetDate: new Date('2020-02-01') });
    });

    it('is reset by getQuota, in the document too', async () => {
      assert.deepEqual(await user.client.getQuota(), {
        creditsUsed: 0,
        creditsReserved: 0,
        maxCredits: 2,
        remaining: 2,
        tier: 'free',
        resetDate: nextMonth(),
      });
      assert.equal((await userRef(user).get()).get('creditsUsed'), 0);
    });

    it('is over for getProfile', async () => {
      const { creditsUsed, resetDate } = await user.client.getProfile();
      assert.deepEqual([creditsUsed, resetDate], [0, nextMonth()]);
    });

    it('is reset by createJob, which takes the credit of the new month', async () => {
      const storagePath = await pretendUpload(user.userId);
      const { jobId } = await user.client.createJob({ type: 'upload', storagePath });
      const stored = await userRef(user).get();
      assert.equal(stored.get('creditsUsed'), 0);
      await assertFailed(user, jobId, 'media_missing');
      assert.equal((await user.client.getQuota()).resetDate, nextMonth());
    });

    it('that has not passed keeps its credits used', async () => {
      await userRef(user).update({ resetDate: new Date(nextMonth()) });
      const storagePath = await pretendUpload(user.userId);
      const refusal = await refusalOf(user.client.createJob({ type: 'upload', storagePath }));
      assert.equal(refusal.code, 'quota_exceeded');
      assert.equal((await user.client.getQuota()).creditsUsed, 2);
    });
  });

  describe("another user's job, and one that is not there", () => {
    let owner: Session;
    let other: Session;
    let jobId: string;
    before(async () => {
      [owner, other] = await Promise.all([signUpOn('free'), signUpOn('free')]);
      const storagePath = await pretendUpload(owner.userId);
      ({ jobId } = await owner.client.createJob({ type: 'upload', storagePath }));
      await assertFailed(owner, jobId, 'media_missing');
    });
    for (const name of ['getJob', 'cancelJob', 'retryJob'] as const) {
      it(`${name} tells them apart, and changes neither`, async () => {
        const job = await owner.client.getJob({ jobId });
        const theirs = other.client[name]({ jobId });
        await assertRefused(theirs, 'permission-denied', { code: 'job_not_yours' });
        const missing = other.client[name]({ jobId: 'no-such-job' });
        await assertRefused(missing, 'not-found', { code: 'job_missing' });
        for (const jobId of ['jobs/../users', '__reserved__']) {
          await assertInvalid(other.client[name]({ jobId }), 'jobId');
        }
        assert.deepEqual(await owner.client.getJob({ jobId }), job);
        await assertNothingTaken(other);
      });
    }
    it('watchJob is told permission-denied for both', async () => {
      for (const id of [jobId, 'no-such-job']) {
        const { status } = await refusalOf(other.client.waitForJob(id));
        assert.equal(status, 'permission-denied');
      }
    });
  });

  describe('listJobs', () => {
    let user: Session;
    const made: string[] = [];
    before(async () => {
      user = await signUpOn('pro');
      const storagePath = await pretendUpload(user.userId);
      for (let i = 0; i < 5; i += 1) {
        made.unshift((await user.client.createJob({ type: 'upload', storagePath })).jobId);
      }
      await Promise.all(made.map((jobId) => user.client.waitForJob(jobId)));
    });

    it('gives each job once, newest first, two a page', async () => {
      const pages: string[][] = [];
      let cursor: string | undefined;
      do {
        const page = await user.client.listJobs({ pageSize: 2, ...(cursor && { cursor }) });
        pages.push(page.jobs.map(({ jobId }) => jobId));
        cursor = page.nextCursor ?? undefined;
      } while (cursor);
      assert.deepEqual(pages, [made.slice(0, 2), made.slice(2, 4), made.slice(4)]);
    });

    it('gives what getJob gives, and no next page where all fit', async () => {
      for (const input of [undefined, { pageSize: 5 }]) {
        const { jobs, nextCursor } = await user.client.listJobs(input);
        assert.deepEqual([jobs.map(({ jobId }) => jobId), nextCursor], [made, null]);
        const { jobId } = jobs[0] ?? assert.fail();
        assert.deepEqual(jobs[0], await user.client.getJob({ jobId }));
      }
    });

    it('refuses a cursor that is no job of the user, and page sizes out of bounds', async () => {
      const other = await signUpOn('free');
      const storagePath = await pretendUpload(other.userId);
      const { jobId } = await other.client.createJob({ type: 'upload', storagePath });
      for (const cursor of ['no-such-job', 'a/b', '..', '__id__', jobId]) {
        await assertInvalid(user.client.listJobs({ cursor }), 'cursor');
      }
      for (const pageSize of [0, 51, 1.5]) {
        await assertInvalid(user.client.listJobs({ pageSize }), 'pageSize');
      }
      await other.client.waitForJob(jobId);
    });
  });
});
