import assert from 'node:assert/strict';
import { uploadIdOf } from '@quikthread/contract';
import { cleanUpMedia } from '../../functions/src/features/maintenance/cleanUpMedia.js';
import type { MediaDependencies } from '../../functions/src/features/maintenance/dependencies.js';
import { randomId } from '../../functions/src/platform/ids.js';
import { deleteObject, findObject, listObjects } from '../../functions/src/platform/media.js';
import { closeFirestores, openFirestore } from '../../functions/src/testing/firestore.js';
import { closeBucket, useBucket } from '../../functions/src/testing/storage.js';
import { earlier, endedAt, everybody, hours, makeJob } from '../support/maintenance.js';

/** A project and a bucket of their own, where no function listens. */
const PROJECT = 'demo-quikthread-media';
const none = {
  jobs: 0,
  uploads: 0,
  recordings: 0,
  leftovers: 0,
  connections: 0,
  failed: 0,
  finished: true,
};

describe('the clean-up of media', function () {
  this.timeout(60_000);
  let db: ReturnType<typeof openFirestore>;
  let bucket: ReturnType<typeof useBucket>;
  let userId: string;
  /** When files are written that a test puts there: Storage's clock is not the test's. */
  let now: Date;

  before(() => {
    bucket = useBucket(`${PROJECT}.appspot.com`);
  });
  after(closeBucket);
  beforeEach(async () => {
    db = openFirestore(PROJECT);
    now = new Date();
    userId = randomId();
    await bucket.deleteFiles({ prefix: 'users/' });
    for (const name of ['jobs', 'uploads', 'maintenance', 'x-oauth-states', 'x-connections']) {
      await db.recursiveDelete(db.collection(name));
    }
  });
  afterEach(closeFirestores);

  const cleanUp = (options = everybody(now), deps: Partial<MediaDependencies> = {}) =>
    cleanUpMedia({ db, findObject, deleteObject, listObjects, ...deps }, options);
  const later = (count: number) => everybody(new Date(now.getTime() + hours(count)));
  const put = async (path: string) => {
    await bucket.file(path).save('sound', { resumable: false });
    const [metadata] = await bucket.file(path).getMetadata();
    return String(metadata.generation);
  };
  const exists = async (path: string) => (await bucket.file(path).exists())[0];
  const pathOf = (filename: string) => `users/${userId}/uploads/${filename}`;
  const uploadRef = (filename: string) => db.doc(`uploads/${uploadIdOf(userId, filename)}`);

  /** An upload and its file. @returns what a job of it has as its input */
  async function upload(filename: string, ageHours: number) {
    const storagePath = pathOf(filename);
    const generation = await put(storagePath);
    const createdAt = earlier(now, hours(ageHours));
    await uploadRef(filename).set({ userId, storagePath, generation, status: 'valid', createdAt });
    return { storagePath, generation };
  }
  const there = async (filename: string) => [
    await exists(pathOf(filename)),
    (await uploadRef(filename).get()).exists,
  ];

  const ended = (hoursAgo: number) => endedAt(earlier(now, hours(hoursAgo)));
  const jobOf = (input: Readonly<Record<string, unknown>>, state = {}) =>
    makeJob(db, {
      userId,
      createdAt: earlier(now, hours(30)),
      job: { type: 'upload', input },
      ...state,
    });
  /** A job of a link, and the file that it has fetched. */
  async function linkJob(state = {}) {
    const jobId = await makeJob(db, { userId, createdAt: earlier(now, hours(30)), ...state });
    const path = `users/${userId}/fetched/${jobId}`;
    await put(path);
    return { jobId, path };
  }

  it('deletes what a job has fetched 24 hours after its end; the job and its results stay', async () => {
    const { jobId, path } = await linkJob(ended(24));
    const results = `jobs/${jobId}/transcribe.json`;
    await put(results);
    assert.deepEqual(await cleanUp(), { ...none, jobs: 1, recordings: 1 });
    assert.deepEqual([await exists(path), await exists(results)], [false, true]);
    assert.ok((await db.doc(`jobs/${jobId}`).get()).exists);
    assert.deepEqual(await cleanUp(), none);
  });

  it('leaves what a job has fetched that runs, or ended since', async () => {
    const fresh = await linkJob(ended(23.9));
    const running = await linkJob();
    assert.deepEqual(await cleanUp(), none);
    assert.deepEqual(await cleanUp(later(100)), { ...none, jobs: 1, recordings: 1 });
    assert.deepEqual([await exists(fresh.path), await exists(running.path)], [false, true]);
  });

  it('deletes an upload, file and document, 24 hours after its job has ended', async () => {
    await jobOf(await upload('talk.mp3', 30), ended(25));
    await jobOf(await upload('fresh.mp3', 30), ended(23));
    assert.deepEqual(await cleanUp(), { ...none, jobs: 1, uploads: 1, recordings: 1 });
    assert.deepEqual(await there('talk.mp3'), [false, false]);
    assert.deepEqual(await there('fresh.mp3'), [true, true]);
    assert.deepEqual(await cleanUp(), none);
    const next = await cleanUp(later(2));
    assert.deepEqual(next, { ...none, jobs: 1, recordings: 1 });
    assert.deepEqual(await there('fresh.mp3'), [false, false]);
  });

  it('leaves an upload that another job works on, until that one has ended for 24 hours', async () => {
    const input = await upload('shared.mp3', 30);
    await jobOf(input, ended(25));
    const other = await jobOf(input);
    assert.deepEqual(await cleanUp(), { ...none, jobs: 1, uploads: 1 });
    const { run, shown } = ended(-1);
    await db.doc(`jobs/${other}/private/run`).update(run);
    await db.doc(`jobs/${other}`).update(shown);
    assert.deepEqual(await cleanUp(later(24)), none);
    assert.deepEqual(await there('shared.mp3'), [true, true]);
    const { recordings } = await cleanUp(later(25));
    assert.equal(recordings, 1);
    assert.deepEqual(await there('shared.mp3'), [false, false]);
  });

  it('looks again at a job that was retried', async () => {
    const input = await upload('again.mp3', 60);
    const jobId = await jobOf(input);
    const end = async (hoursAgo: number) => {
      const { run, shown } = ended(hoursAgo);
      await db.doc(`jobs/${jobId}/private/run`).update(run);
      await db.doc(`jobs/${jobId}`).update(shown);
    };
    await end(30);
    await db.doc(`jobs/${jobId}/private/run`).update({ end: null });
    await db.doc(`jobs/${jobId}`).update({ status: 'processing', completedAt: null });
    assert.deepEqual(await cleanUp(), { ...none, uploads: 1 });
    await end(-1);
    assert.deepEqual(await cleanUp(later(25)), { ...none, jobs: 1, recordings: 1 });
    assert.deepEqual(await there('again.mp3'), [false, false]);
  });

  it('deletes an upload that no job was made of for 24 hours', async () => {
    await upload('unused.mp3', 24);
    await upload('fresh.mp3', 23.9);
    assert.deepEqual(await cleanUp(), { ...none, uploads: 1, recordings: 1 });
    assert.deepEqual(await there('unused.mp3'), [false, false]);
    assert.deepEqual(await there('fresh.mp3'), [true, true]);
    assert.deepEqual(await cleanUp(), none);
  });

  it('leaves a newer upload under the same name', async () => {
    const old = await upload('talk.mp3', 30);
    await jobOf(old, ended(25));
    await upload('talk.mp3', 1);
    assert.equal((await cleanUp()).failed, 0);
    assert.deepEqual(await there('talk.mp3'), [true, true]);
  });

  it('finds what nothing accounts for by its age', async () => {
    const orphan = pathOf('never-seen.mp3');
    const fetched = `users/${userId}/fetched/${randomId()}`;
    const archive = `users/${userId}/exports/${randomId()}.zip`;
    const results = 'jobs/some/generate.json';
    const running = await linkJob();
    for (const path of [orphan, fetched, archive, results]) await put(path);
    assert.deepEqual(await cleanUp(later(23.9)), none);
    assert.deepEqual(await cleanUp(later(24.1)), { ...none, leftovers: 1 });
    assert.equal(await exists(archive), false);
    assert.deepEqual(await cleanUp(later(48.1)), { ...none, leftovers: 2 });
    assert.deepEqual([await exists(orphan), await exists(fetched)], [false, false]);
    assert.deepEqual([await exists(results), await exists(running.path)], [true, true]);
    assert.deepEqual(await cleanUp(later(48.1)), none);
  });

  it('makes up for a run that died between the document and the file', async () => {
    await upload('unused.mp3', 24);
    const die = () => Promise.reject(new Error('The process is gone.'));
    const counts = await cleanUp(everybody(now), { deleteObject: die });
    assert.deepEqual(counts, { ...none, uploads: 1, failed: 1 });
    assert.deepEqual(await there('unused.mp3'), [true, false]);
    assert.deepEqual(await cleanUp(later(48.1)), { ...none, leftovers: 1 });
    assert.deepEqual(await there('unused.mp3'), [false, false]);
  });

  it('does a part at a time and goes on behind it, through times that are the same', async () => {
    const state = ended(25);
    for (let index = 0; index < 3; index += 1) await linkJob(state);
    await linkJob(ended(24.5));
    const bounded = everybody(now, { limit: 3 });
    const first = { ...none, jobs: 3, recordings: 3, finished: false };
    assert.deepEqual(await cleanUp(bounded), first);
    // The three of one instant are looked at again: there may have been a fourth.
    let runs = 0;
    let left = 4;
    while (left > 0 && runs < 5) {
      await cleanUp(everybody(now, { limit: 4 }));
      [{ length: left }] = await bucket.getFiles({ prefix: 'users/' });
      runs += 1;
    }
    assert.deepEqual([runs, left], [1, 0]);
  });

  it('goes on with the files behind the last one that it looked at', async () => {
    const paths = ['a', 'b', 'c'].map((name) => `users/${userId}/exports/${name}.zip`);
    for (const path of paths) await put(path);
    const seen: (string | null)[] = [];
    const listOne: typeof listObjects = async function* (prefix, after) {
      seen.push(after);
      for await (const objects of listObjects(prefix, after)) {
        for (const object of objects) yield [object];
      }
    };
    const { now: tomorrow } = later(25);
    const one = everybody(tomorrow, { limit: 2 });
    for (const finished of [false, false, false, true]) {
      assert.equal((await cleanUp(one, { listObjects: listOne })).finished, finished);
    }
    assert.deepEqual(seen, [null, ...paths]);
    const cursors = await db.doc('maintenance/cleanupMedia').get();
    assert.equal(cursors.get('filesAfter'), null);
  });

  it('deletes sign-ins at X that have expired', async () => {
    const expires = (ms: number) => ({ userId, expiresAt: new Date(now.getTime() + ms) });
    await db.doc('x-oauth-states/old').set(expires(-1));
    await db.doc('x-oauth-states/new').set(expires(60_000));
    await db.doc('x-connections/old').set(expires(-1));
    await db.doc('x-connections/other').set({ ...expires(-1), userId: 'other' });
    assert.deepEqual(await cleanUp(everybody(now, { userId })), { ...none, connections: 2 });
    assert.deepEqual(await cleanUp(), { ...none, connections: 1 });
    assert.deepEqual(await cleanUp(), none);
    assert.ok((await db.doc('x-oauth-states/new').get()).exists);
  });

  it('cleans up after one user alone, without moving the cursors', async () => {
    const { now: tomorrow } = later(25);
    const mine = await linkJob(ended(25));
    const kept = await linkJob();
    await upload('unused.mp3', 0);
    await put('users/other/fetched/job');
    const counts = await cleanUp(everybody(tomorrow, { userId }));
    assert.deepEqual(counts, { ...none, leftovers: 2 });
    assert.deepEqual(await there('unused.mp3'), [false, false]);
    assert.deepEqual([await exists(mine.path), await exists(kept.path)], [false, true]);
    assert.ok(await exists('users/other/fetched/job'));
    assert.equal((await db.doc('maintenance/cleanupMedia').get()).exists, false);
  });

  it('only counts in a dry run', async () => {
    const { path } = await linkJob(ended(25));
    await upload('unused.mp3', 25);
    const counts = { ...none, jobs: 1, uploads: 1, recordings: 2 };
    const dry = everybody(now, { dryRun: true });
    assert.deepEqual([await cleanUp(dry), await cleanUp(dry)], [counts, counts]);
    assert.deepEqual([...(await there('unused.mp3')), await exists(path)], [true, true, true]);
    assert.deepEqual(await cleanUp(), counts);
  });
});
