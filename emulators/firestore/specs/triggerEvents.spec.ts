import assert from 'node:assert/strict';
import { doc, setDoc } from 'firebase/firestore';
import type { Firestore } from 'firebase-admin/firestore';
import type { ReceivedEvent } from './functionsServer.js';
import {
  FunctionsServer,
  registerOldTrigger,
  registerTrigger,
  untilDelivered,
} from './functionsServer.js';
import type { Harness } from './harness.js';
import { PROJECT, startHarness } from './harness.js';

const ROOT = `projects/${PROJECT}/databases/(default)/documents`;

interface OldEvent {
  readonly context: {
    readonly eventId: string;
    readonly eventType: string;
    readonly timestamp: string;
    readonly resource: object;
    readonly params: object;
  };
  readonly data: {
    readonly value: { readonly name?: string; readonly fields?: object; updateTime?: string };
    readonly oldValue: { readonly fields?: object };
    readonly updateMask: { readonly fieldPaths?: string[] };
  };
}

describe('events of triggers', () => {
  const functions = new FunctionsServer();
  let harness: Harness;
  let db: Firestore;

  before(async () => {
    harness = await startHarness({ functionsEmulator: await functions.start() });
    db = harness.admin();
  });
  beforeEach(async () => {
    await harness.clear();
    functions.reset();
  });
  after(async () => {
    await harness.stop();
    functions.close();
  });

  const documentsTold = async (): Promise<string[]> => {
    await untilDelivered(harness);
    return functions.received.seen.map(({ key, headers }) =>
      [key, headers['ce-document']].join(' '),
    );
  };

  describe('of the 1st generation', () => {
    const old = ({ body }: ReceivedEvent): OldEvent => JSON.parse(body) as OldEvent;
    const next = async (key: string): Promise<OldEvent> => {
      const event = old(await functions.received.until((received) => received.key === key));
      await untilDelivered(harness);
      functions.reset();
      return event;
    };

    before(async () => {
      for (const type of ['create', 'update', 'delete', 'write']) {
        const path = `(default)/documents/old/{id}/${type}s/{name}`;
        assert.equal(await registerOldTrigger(harness, type, type, path), 200);
      }
    });

    it('carry a creation', async () => {
      await db.doc('old/1/creates/ü').set({ n: 1 });
      const { context, data } = await next('create');
      assert.match(context.eventId, /^[\w-]+$/);
      assert.equal(context.eventType, 'providers/cloud.firestore/eventTypes/document.create');
      const name = `${ROOT}/old/1/creates/ü`;
      assert.deepEqual(context.resource, { service: 'firestore.googleapis.com', name });
      assert.deepEqual(context.params, { id: '1', name: 'ü' });
      assert.match(context.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
      assert.equal(data.value.name, name);
      assert.equal(data.value.updateTime, context.timestamp);
      assert.deepEqual(data.value.fields, { n: { integerValue: '1' } });
      assert.deepEqual([data.oldValue, data.updateMask], [{}, {}]);
      assert.equal('auth' in context || 'authType' in context, false);
    });

    it('carry an update: what was, what is, and which fields differ', async () => {
      const document = db.doc('old/1/updates/a');
      await document.set({ same: true, n: 1, gone: 1 });
      await document.set({ same: true, n: 2, 'new field': null });
      const { context, data } = await next('update');
      assert.equal(context.eventType, 'providers/cloud.firestore/eventTypes/document.update');
      const same = { booleanValue: true };
      const [one, two] = [{ integerValue: '1' }, { integerValue: '2' }];
      assert.deepEqual(data.oldValue.fields, { same, n: one, gone: one });
      assert.deepEqual(data.value.fields, { same, n: two, 'new field': { nullValue: null } });
      assert.deepEqual(data.updateMask.fieldPaths?.sort(), ['`new field`', 'gone', 'n']);
    });

    it('carry a deletion', async () => {
      await db.doc('old/1/deletes/a').set({ n: 1 });
      await db.doc('old/1/deletes/a').delete();
      const { context, data } = await next('delete');
      assert.equal(context.eventType, 'providers/cloud.firestore/eventTypes/document.delete');
      assert.deepEqual(data.oldValue.fields, { n: { integerValue: '1' } });
      assert.deepEqual([data.value, data.updateMask], [{}, {}]);
    });

    it('carry every kind of change to a function of writes', async () => {
      const document = db.doc('old/1/writes/a');
      const shapes: string[] = [];
      for (const change of [
        () => document.set({ n: 1 }),
        () => document.update({ n: 2 }),
        () => document.delete(),
      ]) {
        await change();
        const { context, data } = await next('write');
        assert.match(context.eventType, /\.firestore\/eventTypes\/document\.write$/);
        shapes.push(`${String('fields' in data.oldValue)} ${String('fields' in data.value)}`);
      }
      assert.deepEqual(shapes, ['false true', 'true true', 'true false']);
    });
  });

  it('are told by wildcards of one segment, or of many', async () => {
    await registerTrigger(harness, 'one', 'created', 'tree/{id}');
    await registerTrigger(harness, 'rest', 'created', 'tree/{id}/{rest=**}');
    await registerTrigger(harness, 'all', 'created', 'tree/**');
    await registerTrigger(harness, 'middle', 'created', 'tree/{path=**}/leaves/*');
    await registerTrigger(harness, 'exact', 'created', 'tree/1');
    await registerOldTrigger(harness, 'old', 'create', '(default)/documents/tree/{path=**}');
    await db.doc('tree/1').set({});
    assert.deepEqual((await documentsTold()).sort(), [
      'all tree/1',
      'exact tree/1',
      'old ',
      'one tree/1',
    ]);
    const told = functions.received.seen.find(({ key }) => key === 'old');
    assert.deepEqual((JSON.parse(told?.body ?? '') as OldEvent).context.params, { path: '1' });
    functions.reset();
    await db.doc('tree/1/branches/2').set({});
    await db.doc('tree/1/branches/2/leaves/3').set({});
    assert.deepEqual((await documentsTold()).sort(), [
      'all tree/1/branches/2',
      'all tree/1/branches/2/leaves/3',
      'middle tree/1/branches/2/leaves/3',
      'old ',
      'old ',
      'rest tree/1/branches/2',
      'rest tree/1/branches/2/leaves/3',
    ]);
  });

  it('are those of the trigger’s database and namespace', async () => {
    await registerTrigger(harness, 'first', 'created', 'place/{id}');
    await registerTrigger(harness, 'second', 'created', 'place/{id}', { database: 'second' });
    await registerTrigger(harness, 'never', 'created', 'place/{id}', { namespace: 'other' });
    await registerOldTrigger(harness, 'old', 'create', 'second/documents/place/{id}');
    await registerOldTrigger(harness, 'space', 'create', '(default)/documents@other/place/{id}');
    await harness.http('POST', `/v1/${ROOT}/place?documentId=1`, {});
    await documentsTold();
    const second = ROOT.replace('(default)', 'second');
    await harness.http('POST', `/v1/${second}/place?documentId=2`, {});
    assert.deepEqual((await documentsTold()).sort(), ['first place/1', 'old ', 'second place/2']);
    const { headers } = await functions.received.until(({ key }) => key === 'second');
    assert.equal(headers['ce-database'], 'second');
    assert.equal(headers['ce-namespace'], '(default)');
    assert.equal(
      headers['ce-source'],
      `//firestore.googleapis.com/projects/${PROJECT}/databases/second`,
    );
  });

  describe('with an authentication context', () => {
    const TOKEN = `Bearer e30.${Buffer.from('{"sub":"alice"}').toString('base64url')}.`;

    before(async () => {
      await registerTrigger(harness, 'signed', 'created.withAuthContext', 'signed/{id}');
    });

    /** Who a document's creation is told to be by. */
    const writerOf = async (id: string): Promise<string> => {
      const { headers } = await functions.received.until(
        (event) => event.headers['ce-document'] === `signed/${id}`,
      );
      assert.match(headers['ce-type'] as string, /\.created\.withAuthContext$/);
      return [headers['ce-authtype'], headers['ce-authid']].join(' ');
    };

    /** Creates a document by REST. */
    const post = async (id: string, authorization?: string): Promise<void> => {
      const url = `http://127.0.0.1:${harness.emulator.port}/v1/${ROOT}/signed?documentId=${id}`;
      const headers = authorization === undefined ? {} : { authorization };
      const { status } = await fetch(url, { method: 'POST', headers, body: '{}' });
      assert.equal(status, 200);
    };

    /** Creates a document by WebChannel, whose client sends its headers in the form. */
    const stream = async (id: string, authorization = ''): Promise<void> => {
      const database = ROOT.replace('/documents', '');
      const url = `http://127.0.0.1:${harness.emulator.port}/google.firestore.v1.Firestore/Write/channel`;
      const body = new URLSearchParams({
        count: '2',
        ofs: '0',
        headers: authorization === '' ? '' : `Authorization:${authorization}\r\n`,
        req0___data__: JSON.stringify({ database }),
        req1___data__: JSON.stringify({ writes: [{ update: { name: `${ROOT}/signed/${id}` } }] }),
      });
      const { status } = await fetch(`${url}?VER=8&RID=1`, { method: 'POST', body });
      assert.equal(status, 200);
    };

    it('tell of a signed-in user, whatever the write came by', async () => {
      await setDoc(doc(harness.web('alice'), 'signed/grpc'), {});
      await post('rest', TOKEN);
      await stream('channel', TOKEN);
      for (const id of ['grpc', 'rest', 'channel']) {
        assert.equal(await writerOf(id), 'api_key alice');
      }
    });

    it('tell of somebody who is not signed in', async () => {
      await setDoc(doc(harness.web(), 'signed/grpc'), {});
      await post('rest');
      await stream('channel');
      for (const id of ['grpc', 'rest', 'channel']) {
        assert.equal(await writerOf(id), 'unauthenticated ');
      }
    });

    it('tell of a server by its service account', async () => {
      await db.doc('signed/grpc').set({});
      await post('rest', 'Bearer owner');
      await stream('channel', 'Bearer owner');
      for (const id of ['grpc', 'rest', 'channel']) {
        assert.equal(await writerOf(id), `unknown ${PROJECT}@appspot.gserviceaccount.com`);
      }
    });
  });
});
