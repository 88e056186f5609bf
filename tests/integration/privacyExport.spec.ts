import assert from 'node:assert/strict';
import { paths } from '@quikthread/contract';
import { z } from 'zod';
import { holdCommit } from '../support/crash.js';
import { admin, closeAll, signUp, signUpOn } from '../support/platform.js';
import { ageExport, documentsIn, download, signUpRich } from '../support/privacy.js';
import type { RichUser } from '../support/privacy.js';
import { assertInvalid, assertRefused } from '../support/refusals.js';
import { deepgram, x } from '../support/standIns.js';
import { pretendThreads } from '../support/threads.js';
import { closeGrants, localSecret, plainGrant } from '../support/xGrants.js';

describe('the export of a user’s data', function () {
  this.timeout(240_000);

  before(() => Promise.all([deepgram.reset(), x.reset()]));
  after(async () => {
    await Promise.all([deepgram.reset(), x.reset(), closeGrants()]);
    await closeAll();
  });

  describe('of a user with everything', () => {
    let user: RichUser;
    let archive: ReadonlyMap<string, Buffer>;
    const idsIn = (name: string) => documentsIn(archive, name).map(({ id }) => id);

    before(async () => {
      user = await signUpRich();
      const { jobId } = await user.session.client.exportMyData();
      archive = await download(user.session, jobId);
    });

    it('has the profile, with times as everybody reads them', () => {
      const [profile, ...others] = documentsIn(archive, 'profile.json');
      assert.equal(others.length, 0);
      assert.equal(profile?.['email'], user.session.email);
      z.iso.datetime().parse(profile['createdAt']);
    });

    it('has jobs with their transcripts, and posts with their readings', () => {
      const jobs = documentsIn(archive, 'jobs.json');
      const job = jobs.find(({ id }) => id === user.jobId);
      const transcripts = z.array(z.looseObject({ text: z.string() })).parse(job?.['artifacts']);
      assert.ok(transcripts[0]?.text.includes('bakery'));
      assert.equal(z.array(z.unknown()).parse(job?.['threads']).length, 5);
      const posts = documentsIn(archive, 'posts.json');
      assert.equal(posts.length, 2);
      const post = posts.find(({ id }) => id === user.postId);
      assert.deepEqual(post?.['tweetIds'], user.tweetIds);
      assert.equal(z.array(z.unknown()).parse(post['snapshots']).length, 1);
    });

    it('has uploads, analytics, the X account, limits and events', () => {
      assert.equal(idsIn('uploads.json').length, 1);
      for (const name of ['analytics', 'x-account', 'rate-limits']) {
        assert.deepEqual(idsIn(`${name}.json`), [user.session.userId], name);
      }
      const types = documentsIn(archive, 'events.json').map(({ type }) => type);
      assert.deepEqual(types.sort(), ['job_completed', 'user_signed_up']);
    });

    it('has the recording as it was uploaded, and each word with its time', async () => {
      const name = user.storagePath.replace(`users/${user.session.userId}/`, 'files/');
      const [original] = await admin().bucket.file(user.storagePath).download();
      assert.ok(archive.get(name)?.equals(original));
      const words = archive.get(`files/jobs/${user.jobId}/transcribe.json`);
      assert.match(words?.toString('utf8') ?? '', /"words":\[\{"text":"\w+","start":[\d.]+/);
    });

    it('tells what is in it', () => {
      assert.match(archive.get('README.txt')?.toString('utf8') ?? '', /QuikThread/);
      const index = z
        .object({
          documents: z.record(z.string(), z.number()),
          files: z.record(z.string(), z.number()),
        })
        .parse(JSON.parse(archive.get('index.json')?.toString('utf8') ?? ''));
      assert.equal(index.documents['posts.json'], 2);
      for (const [name, bytes] of Object.entries(index.files)) {
        assert.equal(archive.get(name)?.length, bytes, name);
      }
      const named = [...Object.keys(index.documents), ...Object.keys(index.files)];
      assert.deepEqual([...named, 'README.txt', 'index.json'].sort(), [...archive.keys()].sort());
    });

    it('has no token, no secret, and nobody else', async () => {
      const { userId } = user.session;
      const { accessToken, refreshToken } = await plainGrant(userId);
      const key = localSecret('X_TOKEN_KEYS').split(':')[1] ?? '';
      const sealed = await admin().firestore.doc(`x-tokens/${userId}`).get();
      const { ciphertext } = z.object({ ciphertext: z.string() }).parse(sealed.get('grant'));
      const text = Buffer.concat([...archive.values()]).toString('latin1');
      for (const secret of [accessToken, refreshToken, key, ciphertext]) {
        assert.ok(secret.length >= 10 && !text.includes(secret));
      }
      const owners = [...text.matchAll(/"userId":"([^"]+)"/g)].map(([, owner]) => owner);
      assert.deepEqual([...new Set(owners)], [userId]);
    });

    it('does not have the exports before it, nor recordings that are gone', async () => {
      await admin().bucket.file(user.storagePath).delete();
      const { jobId } = await user.session.client.exportMyData();
      const second = await download(user.session, jobId);
      const files = [...second.keys()].filter((name) => name.startsWith('files/'));
      assert.deepEqual(
        files,
        [...archive.keys()].filter((name) => /^files\/jobs\//.test(name)),
      );
      assert.equal(documentsIn(second, 'uploads.json').length, 1);
    });
  });

  it('works for a user who has only a profile, and takes no credit', async () => {
    const user = await signUpOn('free');
    const { jobId } = await user.client.exportMyData();
    const archive = await download(user, jobId);
    assert.equal(documentsIn(archive, 'profile.json').length, 1);
    assert.equal(documentsIn(archive, 'posts.json').length, 0);
    const { creditsUsed, creditsReserved } = await user.client.getQuota();
    assert.deepEqual([creditsUsed, creditsReserved], [0, 0]);
  });

  it('is one at a time: asked for again, it is the same', async () => {
    const user = await signUpOn('free');
    const held = await holdCommit({
      path: '^jobs/[^/]+/private/run$',
      contains: '"lease":{',
      when: 'before',
    });
    const first = await user.client.exportMyData();
    await held.untilHit();
    assert.deepEqual(await user.client.exportMyData(), first);
    const status = { code: 'job_wrong_state', status: 'processing' } as const;
    await assertRefused(user.client.getExport(first), 'failed-precondition', status);
    await held.release();
    await download(user, first.jobId);
    const another = await user.client.exportMyData();
    assert.notEqual(another.jobId, first.jobId);
    await download(user, another.jobId);
  });

  it('is linked for an hour, to nobody else', async () => {
    const user = await signUpOn('free');
    const { jobId } = await user.client.exportMyData();
    await user.client.waitForJob(jobId);
    const before = Date.now();
    const { expiresAt } = await user.client.getExport({ jobId });
    const hours = (Date.parse(expiresAt) - before) / 3_600_000;
    assert.ok(hours > 0.99 && hours < 1.1, `${hours} hours`);
    const other = await signUpOn('free');
    const refused = other.client.getExport({ jobId });
    await assertRefused(refused, 'permission-denied', { code: 'job_not_yours' });
  });

  it('expires after a day, or when its file is gone', async () => {
    const user = await signUpOn('free');
    const { jobId } = await user.client.exportMyData();
    await user.client.waitForJob(jobId);
    const expired = { code: 'job_wrong_state', status: 'expired' } as const;
    await ageExport(jobId, 24);
    await assertRefused(user.client.getExport({ jobId }), 'failed-precondition', expired);
    await ageExport(jobId, 23);
    await user.client.getExport({ jobId });
    await admin().bucket.file(paths.exportArchive(user.userId, jobId)).delete();
    await assertRefused(user.client.getExport({ jobId }), 'failed-precondition', expired);
  });

  it('is refused before initUser, for jobs that are none, and for odd input', async () => {
    const nobody = await signUp();
    const missing = { code: 'profile_missing' } as const;
    await assertRefused(nobody.client.exportMyData(), 'not-found', missing);
    const user = await signUpOn('free');
    const unknown = user.client.getExport({ jobId: 'none' });
    await assertRefused(unknown, 'not-found', { code: 'job_missing' });
    const thread = user.client.getExport({ jobId: await pretendThreads(user) });
    await assertRefused(thread, 'not-found', { code: 'job_missing' });
    await assertInvalid(user.client.getExport({ jobId: '../x' }), 'jobId');
  });
});
