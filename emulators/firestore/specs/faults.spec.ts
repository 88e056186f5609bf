import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Firestore } from 'firebase-admin/firestore';
import type { Harness } from './harness.js';
import { PROJECT, startHarness } from './harness.js';

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

  it('answers that it is up, and not found for what it does not know', async () => {
    assert.deepEqual(await harness.http('GET', '/'), { status: 200, body: 'Ok\n' });
    assert.equal((await harness.http('GET', '/nothing')).status, 404);
  });
});
