import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingHttpHeaders, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { doc, setDoc } from 'firebase/firestore';
import type { Firestore } from 'firebase-admin/firestore';
import type { Harness } from './harness.js';
import { Observed, PROJECT, startHarness } from './harness.js';

interface Received {
  readonly key: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const EVENTS = 'google.cloud.firestore.document.v1';

describe('triggers', () => {
  let functions: Server;
  let harness: Harness;
  let db: Firestore;
  let received: Observed<Received>;
  /** What the functions answer, in turn; `cut` breaks the connection. 200 when it is empty. */
  let answers: (number | 'cut')[] = [];

  before(async () => {
    functions = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        const answer = answers.shift() ?? 200;
        if (answer === 'cut') request.socket.destroy();
        else response.writeHead(answer).end();
        const key = (request.url ?? '').split('/').at(-1) ?? '';
        received.push({ key, headers: request.headers, body });
      });
    });
    functions.listen(0, '127.0.0.1');
    await once(functions, 'listening');
    const { port } = functions.address() as AddressInfo;
    harness = await startHarness({
      functionsEmulator: `127.0.0.1:${port}`,
      retry: { firstDelayMs: 10, maxDelayMs: 20 },
    });
    db = harness.admin();
    await register('created', 'created', 'jobs/{id}');
    await register('updated', 'updated', 'jobs/{id}');
    await register('deleted', 'deleted', 'jobs/{id}');
    await register('written', 'written', 'jobs/{id}/{sub}/{name}');
  });
  beforeEach(() => {
    received = new Observed();
    answers = [];
  });
  after(async () => {
    await harness.stop();
    functions.close();
  });

  async function register(key: string, type: string, document: string): Promise<void> {
    const { status } = await harness.http(
      'POST',
      `/emulator/v1/projects/${PROJECT}/eventarcTrigger?eventarcTriggerId=${key}`,
      {
        eventType: `${EVENTS}.${type}`,
        database: '(default)',
        namespace: '(default)',
        document: { value: document, matchType: 'PATH_PATTERN' },
      },
    );
    assert.equal(status, 200);
  }

  async function quiet(): Promise<void> {
    const path = `/emulator/v1/projects/${PROJECT}/deliveries`;
    for (;;) {
      const { body } = await harness.http('GET', path);
      assert.ok(typeof body === 'object' && body !== null && 'pending' in body);
      if (body.pending === 0) return;
    }
  }

  it('tells each function of its kind of change, as a CloudEvent', async () => {
    await db.doc('jobs/ü 1').set({ n: 1 });
    await db.doc('jobs/ü 1').update({ n: 2 });
    await db.doc('jobs/ü 1').delete();
    await quiet();
    assert.deepEqual(received.seen.map(({ key }) => key).sort(), ['created', 'deleted', 'updated']);
    const created = await received.until(({ key }) => key === 'created');
    assert.equal(created.headers['ce-type'], `${EVENTS}.created`);
    assert.equal(created.headers['ce-document'], 'jobs/%C3%BC 1');
    assert.equal(created.headers['content-type'], 'application/protobuf');
    assert.ok(Buffer.from(created.body, 'base64').includes('documents/jobs/ü 1'));
  });

  it('tells who wrote, where the trigger asks for it', async () => {
    await register('signed', 'created.withAuthContext', 'signed/{id}');
    await setDoc(doc(harness.web('alice'), 'signed/1'), { n: 1 });
    const byUser = await received.until(({ headers }) => headers['ce-document'] === 'signed/1');
    assert.equal(byUser.headers['ce-type'], `${EVENTS}.created.withAuthContext`);
    assert.equal(byUser.headers['ce-authtype'], 'app_user');
    assert.equal(byUser.headers['ce-authid'], 'alice');
    await db.doc('signed/2').set({ n: 1 });
    const byAdmin = await received.until(({ headers }) => headers['ce-document'] === 'signed/2');
    assert.equal(byAdmin.headers['ce-authtype'], 'system');
    assert.equal(byAdmin.headers['ce-authid'], undefined);
  });

  it('matches the whole path only', async () => {
    await db.doc('jobs/1/private/run').set({ n: 1 });
    await db.doc('other/1').set({ n: 1 });
    await quiet();
    assert.deepEqual(
      received.seen.map(({ key, headers }) => [key, headers['ce-document']]),
      [['written', 'jobs/1/private/run']],
    );
  });

  it('is silent about a write that changed nothing', async () => {
    await db.doc('jobs/same').set({ n: 1 });
    await quiet();
    received = new Observed();
    await db.doc('jobs/same').set({ n: 1 });
    await db.doc('jobs/same').update({ n: 1 });
    await quiet();
    assert.deepEqual(received.seen, []);
  });

  it('tells of a document once when a batch writes it twice', async () => {
    const batch = db.batch();
    batch.create(db.doc('jobs/twice'), { n: 1 });
    batch.update(db.doc('jobs/twice'), { n: 2 });
    await batch.commit();
    await quiet();
    assert.deepEqual(
      received.seen.map(({ key }) => key),
      ['created'],
    );
  });

  it('delivers again, under the same id, until it is accepted', async () => {
    answers = [500, 'cut', 503];
    await db.doc('jobs/again').set({ n: 1 });
    await quiet();
    assert.equal(received.seen.length, 4);
    assert.equal(new Set(received.seen.map(({ headers }) => headers['ce-id'])).size, 1);
  });

  it('drops what is not delivered yet when the database is cleared', async () => {
    answers = Array.from({ length: 1000 }, () => 500);
    await db.doc('jobs/lost').set({ n: 1 });
    await received.until(() => true);
    await harness.clear();
    await quiet();
    assert.ok(answers.length > 0);
  });

  it('speaks the 1st generation form to functions registered so', async () => {
    const { status } = await harness.http('PUT', `/emulator/v1/projects/${PROJECT}/triggers/old`, {
      eventTrigger: {
        eventType: 'providers/cloud.firestore/eventTypes/document.create',
        resource: `projects/${PROJECT}/databases/(default)/documents/old/{id}`,
        service: 'firestore.googleapis.com',
      },
    });
    assert.equal(status, 200);
    await db.doc('old/1').set({ n: 1 });
    const { body } = await received.until(({ key }) => key === 'old');
    const event = JSON.parse(body) as {
      context: { eventType: string; resource: { name: string } };
      data: { value: { fields: unknown } };
    };
    assert.equal(event.context.eventType, 'providers/cloud.firestore/eventTypes/document.create');
    assert.match(event.context.resource.name, /documents\/old\/1$/);
    assert.deepEqual(event.data.value.fields, { n: { integerValue: '1' } });
  });
});
