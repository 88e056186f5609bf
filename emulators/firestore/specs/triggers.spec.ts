import assert from 'node:assert/strict';
import type { Firestore } from 'firebase-admin/firestore';
import { FunctionsServer, registerTrigger, untilDelivered } from './functionsServer.js';
import type { Harness } from './harness.js';
import { startHarness } from './harness.js';

const EVENTS = 'google.cloud.firestore.document.v1';

describe('triggers', () => {
  const functions = new FunctionsServer();
  let harness: Harness;
  let db: Firestore;

  before(async () => {
    harness = await startHarness({
      functionsEmulator: await functions.start(),
      retry: { firstDelayMs: 10, maxDelayMs: 20 },
    });
    db = harness.admin();
    await registerTrigger(harness, 'created', 'created', 'jobs/{id}');
    await registerTrigger(harness, 'updated', 'updated', 'jobs/{id}');
    await registerTrigger(harness, 'deleted', 'deleted', 'jobs/{id}');
    await registerTrigger(harness, 'written', 'written', 'jobs/{id}/{sub}/{name}');
  });
  beforeEach(() => {
    functions.reset();
  });
  after(async () => {
    await harness.stop();
    functions.close();
  });

  it('tells each function of its kind of change, as a CloudEvent', async () => {
    await db.doc('jobs/ü 1').set({ n: 1 });
    await db.doc('jobs/ü 1').update({ n: 2 });
    await db.doc('jobs/ü 1').delete();
    await untilDelivered(harness);
    assert.deepEqual(functions.received.seen.map(({ key }) => key).sort(), [
      'created',
      'deleted',
      'updated',
    ]);
    const created = await functions.received.until(({ key }) => key === 'created');
    assert.equal(created.headers['ce-type'], `${EVENTS}.created`);
    assert.equal(created.headers['ce-document'], 'jobs/%C3%BC 1');
    assert.equal(created.headers['content-type'], 'application/protobuf');
    assert.ok(Buffer.from(created.body, 'base64').includes('documents/jobs/ü 1'));
  });

  it('matches the whole path only', async () => {
    await db.doc('jobs/1/private/run').set({ n: 1 });
    await db.doc('other/1').set({ n: 1 });
    await untilDelivered(harness);
    assert.deepEqual(
      functions.received.seen.map(({ key, headers }) => [key, headers['ce-document']]),
      [['written', 'jobs/1/private/run']],
    );
  });

  it('is silent about a write that changed nothing', async () => {
    await db.doc('jobs/same').set({ n: 1 });
    await untilDelivered(harness);
    functions.reset();
    await db.doc('jobs/same').set({ n: 1 });
    await db.doc('jobs/same').update({ n: 1 });
    await untilDelivered(harness);
    assert.deepEqual(functions.received.seen, []);
  });

  it('tells of a document once when a batch writes it twice', async () => {
    const batch = db.batch();
    batch.create(db.doc('jobs/twice'), { n: 1 });
    batch.update(db.doc('jobs/twice'), { n: 2 });
    await batch.commit();
    await untilDelivered(harness);
    assert.deepEqual(
      functions.received.seen.map(({ key }) => key),
      ['created'],
    );
  });

  it('drops what is not delivered yet when the database is cleared', async () => {
    functions.answers = Array.from({ length: 1000 }, () => 'cut' as const);
    await db.doc('jobs/lost').set({ n: 1 });
    await functions.received.until(() => true);
    await harness.clear();
    await untilDelivered(harness);
    assert.ok(functions.answers.length > 0);
  });
});
