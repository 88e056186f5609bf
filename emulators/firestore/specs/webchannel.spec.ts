import assert from 'node:assert/strict';
import type { Firestore } from 'firebase-admin/firestore';
import type { Harness } from './harness.js';
import { PROJECT, startHarness } from './harness.js';

const DATABASE = `projects/${PROJECT}/databases/(default)`;

type NumberedArray = [id: number, content: unknown[]];

/** A listener's request for a collection, as a client posts it. */
const listenTo = (collectionId: string, targetId: number) => ({
  database: DATABASE,
  addTarget: {
    targetId,
    query: {
      parent: `${DATABASE}/documents`,
      structuredQuery: { from: [{ collectionId }] },
    },
  },
});

/** Takes whole chunks off the start of a text: each is its length, a line break, and JSON. */
function readChunks(text: string): unknown[] {
  const end = text.indexOf('\n');
  if (end < 0) return [];
  const length = Number(text.slice(0, end));
  const json = text.slice(end + 1, end + 1 + length);
  return json.length < length
    ? []
    : [JSON.parse(json), ...readChunks(text.slice(end + 1 + length))];
}

/** A client of the protocol, request by request. */
class RawClient {
  session = '';

  constructor(
    private readonly port: number,
    private readonly stream = 'Listen',
  ) {}

  url(parameters: Record<string, string | number>): string {
    const base = `http://127.0.0.1:${this.port}/google.firestore.v1.Firestore/${this.stream}/channel`;
    const entries = Object.entries({ database: DATABASE, VER: 8, ...parameters });
    const query = new URLSearchParams(entries.map(([name, value]) => [name, String(value)]));
    return `${base}?${query.toString()}`;
  }

  /** Posts messages, of which the first has a number; the first post opens the session. */
  async post(first: number, ...messages: unknown[]): Promise<Response> {
    const form = new URLSearchParams({ count: String(messages.length), ofs: String(first) });
    if (this.session === '') form.set('headers', 'Authorization:Bearer owner\r\n');
    for (const [index, message] of messages.entries()) {
      form.set(`req${index}___data__`, JSON.stringify(message));
    }
    const session =
      this.session === '' ? { CVER: 22, 'X-HTTP-Session-Id': 'g' } : { SID: this.session };
    return fetch(this.url({ RID: 1, AID: 0, ...session }), { method: 'POST', body: form });
  }

  async open(...messages: unknown[]): Promise<unknown[]> {
    const answer = await this.post(0, ...messages);
    const [[[, welcome]]] = readChunks(await answer.text()) as [[NumberedArray]];
    this.session = String(welcome[1]);
    assert.equal(answer.headers.get('x-http-session-id'), this.session);
    return welcome;
  }

  wait(parameters: Record<string, string | number>, signal?: AbortSignal): Promise<Response> {
    const query = { SID: this.session, RID: 'rpc', TYPE: 'xmlhttp', ...parameters };
    return fetch(this.url(query), signal ? { signal } : {});
  }

  /** What one answer in long polling brings. */
  async poll(acknowledged: number): Promise<NumberedArray[]> {
    const answer = await this.wait({ CI: 1, AID: acknowledged });
    return readChunks(await answer.text()).flat() as NumberedArray[];
  }
}

const last = (arrays: readonly NumberedArray[]): number => arrays.at(-1)?.[0] ?? 0;
const changes = (arrays: readonly NumberedArray[]): string[] =>
  arrays.flatMap(([, [message]]) => {
    const { documentChange } = message as { documentChange?: { document: { name: string } } };
    return documentChange === undefined
      ? []
      : [documentChange.document.name.split('/').at(-1) ?? ''];
  });

describe('WebChannel, request by request', () => {
  let harness: Harness;
  let db: Firestore;
  let client: RawClient;

  before(async () => {
    harness = await startHarness();
    db = harness.admin();
  });
  beforeEach(async () => {
    await harness.clear();
    await db.doc('a/1').set({ text: 'ü🎧' });
    client = new RawClient(harness.emulator.port);
  });
  after(() => harness.stop());

  it('answers the handshake with a session, the version and how often it speaks up', async () => {
    const [word, session, prefix, version, , keepAlive] = await client.open(listenTo('a', 2));
    assert.deepEqual([word, prefix, version, keepAlive], ['c', '', 8, 30_000]);
    assert.match(String(session), /^[\w-]{20,}$/);
  });

  it('numbers what it sends, and sends again what was not acknowledged', async () => {
    await client.open(listenTo('a', 2));
    const first = await client.poll(0);
    assert.deepEqual(changes(first), ['1']);
    assert.deepEqual(
      first.map(([id]) => id),
      first.map((_, index) => index + 1),
    );
    assert.deepEqual(await client.poll(0), first);
    await db.doc('a/2').set({});
    const second = await client.poll(last(first));
    assert.deepEqual(changes(second), ['2']);
    assert.equal(second[0]?.[0], last(first) + 1);
  });

  it('sends again what a broken back channel may have lost', async () => {
    await client.open(listenTo('a', 2));
    const first = await client.poll(0);
    const broken = new AbortController();
    const answer = await client.wait({ CI: 0, AID: last(first) }, broken.signal);
    const reader = answer.body?.getReader();
    const noop = Buffer.from((await reader?.read())?.value ?? []).toString();
    assert.match(noop, /"noop"/);
    await db.doc('a/2').set({});
    await reader?.read();
    broken.abort();
    await db.doc('a/3').set({});
    const again = await client.poll(last(first));
    assert.deepEqual(changes(again).slice(0, 1), ['2']);
    const rest = changes(again).includes('3') ? [] : changes(await client.poll(last(again)));
    assert.deepEqual([...changes(again), ...rest], ['2', '3']);
  });

  it('ends a streamed response that has become long, and goes on in the next', async () => {
    await client.open(listenTo('a', 2));
    const batch = db.batch();
    for (const id of ['2', '3']) batch.set(db.doc(`a/${id}`), { text: 'x'.repeat(600_000) });
    await batch.commit();
    const long = await client.wait({ CI: 0, AID: 0 });
    const arrays = readChunks(await long.text()).flat() as NumberedArray[];
    assert.deepEqual(changes(arrays), ['1', '2', '3']);
    await db.doc('a/4').set({});
    assert.deepEqual(changes(await client.poll(last(arrays))), ['4']);
  });

  it('takes a message once that is posted twice, and says how the back channel stands', async () => {
    const writer = new RawClient(harness.emulator.port, 'Write');
    await writer.open({ database: DATABASE });
    const counter = `${DATABASE}/documents/a/counter`;
    const increment = { fieldPath: 'n', increment: { integerValue: '1' } };
    const write = { writes: [{ update: { name: counter }, updateTransforms: [increment] }] };
    await writer.poll(0);
    for (const answer of [await writer.post(1, write), await writer.post(1, write)]) {
      const [status] = readChunks(await answer.text()) as [number[]];
      assert.equal(status[0], 0);
    }
    await writer.poll(1);
    assert.equal((await db.doc('a/counter').get()).get('n'), 1);
  });

  it('escapes what is not ASCII, so that a chunk’s length is its bytes', async () => {
    await client.open(listenTo('a', 2));
    const answer = await client.wait({ CI: 1, AID: 0 });
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.ok(bytes.every((byte) => byte < 128));
    assert.match(JSON.stringify(readChunks(bytes.toString())), /ü🎧/);
  });

  it('ends a long poll with a noop when the client will not wait longer', async () => {
    await client.open(listenTo('a', 2));
    const first = await client.poll(0);
    const answer = await client.wait({ CI: 1, AID: last(first), TO: 10 });
    const [[array]] = readChunks(await answer.text()) as [NumberedArray[]];
    assert.deepEqual(array?.[1], ['noop']);
  });

  it('tells a stream’s error as a message, then asks the client to close', async () => {
    const writer = new RawClient(harness.emulator.port, 'Write');
    await writer.open({ database: DATABASE }, { writes: [{ delete: 'nowhere' }] });
    let arrays: NumberedArray[] = [];
    while (arrays.at(-1)?.[1][0] !== 'close') {
      arrays = [...arrays, ...(await writer.poll(last(arrays)))];
    }
    const [message] = arrays.at(-2)?.[1] as [{ error: { status: string } }];
    assert.equal(message.error.status, 'INVALID_ARGUMENT');
  });

  it('knows no session that was ended or never begun', async () => {
    await client.open(listenTo('a', 2));
    const ended = await fetch(client.url({ SID: client.session, RID: 2, TYPE: 'terminate' }), {
      method: 'POST',
    });
    assert.equal(ended.status, 200);
    for (const answer of [await client.wait({ CI: 0, AID: 0 }), await client.post(1, {})]) {
      assert.equal(answer.status, 400);
      assert.match(await answer.text(), /.Unknown SID/);
    }
    const nothing = new RawClient(harness.emulator.port, 'Nothing');
    assert.equal((await nothing.post(0, {})).status, 400);
  });
});
