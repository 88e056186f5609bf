import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Firestore } from 'firebase-admin/firestore';
import type { Harness } from './harness.js';
import { PROJECT, startHarness } from './harness.js';

/** Waits for what another connection does meanwhile. */
async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setImmediate(resolve));
}

/** A process of its own that reads and changes a document in a transaction. */
const DOOMED_CLIENT = `
  import { initializeApp } from 'firebase-admin/app';
  import { getFirestore } from 'firebase-admin/firestore';
  const db = getFirestore(initializeApp({ projectId: '${PROJECT}' }));
  await db.runTransaction(async (transaction) => {
    await transaction.get(db.doc('jobs/1'));
    transaction.update(db.doc('jobs/1'), { n: 2 });
  });
`;

describe('faults and counts', () => {
  let harness: Harness;
  let db: Firestore;

  before(async () => {
    harness = await startHarness();
    db = harness.admin();
  });
  beforeEach(() => harness.clear());
  after(() => harness.stop());

  async function arm(fault: object): Promise<string> {
    const { body } = await harness.http('POST', '/emulator/v1/faults', fault);
    assert.ok(typeof body === 'object' && body !== null && 'id' in body);
    return String(body.id);
  }
  const hit = async (id: string): Promise<unknown> =>
    (await harness.http('GET', `/emulator/v1/faults/${id}?wait=1`)).body;
  const release = async (id: string): Promise<number> =>
    (await harness.http('DELETE', `/emulator/v1/faults/${id}`)).status;
  const exists = async (path: string): Promise<boolean> => (await db.doc(path).get()).exists;

  it('holds a commit before it is applied, after letting others pass', async () => {
    const id = await arm({ path: '^jobs/[^/]+/private/run$', when: 'before', skip: 1 });
    await db.doc('jobs/1/private/run').set({ step: 1 });
    const held = db.doc('jobs/2/private/run').set({ step: 1 });
    assert.deepEqual(await hit(id), { hit: true, callerGone: false });
    assert.equal(await exists('jobs/2/private/run'), false);
    assert.equal(await release(id), 200);
    await held;
    assert.equal(await exists('jobs/2/private/run'), true);
    assert.equal(await release(id), 404);
  });

  it('holds a commit after it is applied and before it is answered', async () => {
    const fault = { path: '^jobs/', contains: '"status":"completed"', when: 'after' };
    const id = await arm(fault);
    await db.doc('jobs/1').set({ status: 'processing' });
    let answered = false;
    const held = db.doc('jobs/1').set({ status: 'completed' });
    void held.then(() => (answered = true));
    await hit(id);
    assert.equal((await db.doc('jobs/1').get()).get('status'), 'completed');
    assert.equal(answered, false);
    await release(id);
    await held;
  });

  it('drops a held commit whose caller has died, and what its transaction has locked', async () => {
    await db.doc('jobs/1').set({ n: 1 });
    const id = await arm({ path: '^jobs/1$', when: 'before' });
    const doomed = spawn(process.execPath, ['--input-type=module', '-e', DOOMED_CLIENT], {
      env: { ...process.env, FIRESTORE_EMULATOR_HOST: `127.0.0.1:${harness.emulator.port}` },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    await hit(id);
    doomed.kill('SIGKILL');
    await once(doomed, 'exit');
    await db.doc('jobs/1').update({ other: true });
    await release(id);
    assert.deepEqual((await db.doc('jobs/1').get()).data(), { n: 1, other: true });
  });

  it('refuses a fault that it does not understand', async () => {
    assert.equal((await harness.http('POST', '/emulator/v1/faults', { path: '(' })).status, 400);
    const fault = { path: 'x', when: 'later' };
    assert.equal((await harness.http('POST', '/emulator/v1/faults', fault)).status, 400);
  });

  it('counts the writes of documents since the last clear', async () => {
    await db.doc('jobs/1').set({ n: 1 });
    await db.doc('jobs/1').update({ n: 2 });
    await db.doc('jobs/1/private/run').set({});
    const path = encodeURIComponent('^jobs/[^/]+$');
    const count = async (): Promise<unknown> =>
      (await harness.http('GET', `/emulator/v1/writes?path=${path}`)).body;
    assert.deepEqual(await count(), { count: 2, paths: { 'jobs/1': 2 } });
    await harness.clear();
    assert.deepEqual(await count(), { count: 0, paths: {} });
  });

  it('counts what was read, as it is billed, and written', async () => {
    const usage = async (): Promise<unknown> =>
      (await harness.http('GET', '/emulator/v1/usage')).body;
    const contention = { waits: 0, aborts: 0, paths: {} };
    assert.deepEqual(await usage(), { reads: 0, writes: 0, contention });
    await db.batch().set(db.doc('jobs/1'), { n: 1 }).set(db.doc('jobs/2'), { n: 1 }).commit();
    await db.getAll(db.doc('jobs/1'), db.doc('jobs/missing'));
    await db.collection('jobs').where('n', '==', 1).get();
    await db.collection('jobs').where('n', '==', 2).get();
    assert.deepEqual(await usage(), { reads: 5, writes: 2, contention });
  });

  it('tells which document somebody waited for', async () => {
    const [one, two] = [db.doc('users/1'), db.doc('users/2')];
    const id = await arm({ path: '^users/1$', when: 'before' });
    const held = db.runTransaction(async (transaction) => {
      await transaction.getAll(one, two);
      transaction.set(one, { n: 1 });
    });
    await hit(id);
    const other = one.set({ n: 2 });
    await until(async () => {
      const { body } = await harness.http('GET', '/emulator/v1/usage');
      return JSON.stringify(body).includes(
        '"contention":{"waits":1,"aborts":0,"paths":{"users/1":1}}',
      );
    });
    await release(id);
    await Promise.all([held, other]);
  });

  it('tells the shape of each query once', async () => {
    await harness.http('DELETE', '/emulator/v1/queries');
    const jobs = db.collection('jobs').where('userId', '==', 'u').where('n', '>', 1);
    await jobs.get();
    await jobs.limit(3).get();
    await db.collectionGroup('private').where('end', '==', null).get();
    await harness.clear();
    assert.deepEqual((await harness.http('GET', '/emulator/v1/queries')).body, {
      queries: [
        {
          collectionId: 'jobs',
          allDescendants: false,
          filters: [
            { field: 'userId', operator: 'EQUAL' },
            { field: 'n', operator: 'GREATER_THAN' },
          ],
          hasOr: false,
          orderBy: [
            { field: 'n', descending: false },
            { field: '__name__', descending: false },
          ],
        },
        {
          collectionId: 'private',
          allDescendants: true,
          filters: [{ field: 'end', operator: 'IS_NULL' }],
          hasOr: false,
          orderBy: [{ field: '__name__', descending: false }],
        },
      ],
    });
  });

  it('answers that it is up, and not found for what it does not know', async () => {
    assert.deepEqual(await harness.http('GET', '/'), { status: 200, body: 'Ok\n' });
    assert.equal((await harness.http('GET', '/nothing')).status, 404);
  });
});
