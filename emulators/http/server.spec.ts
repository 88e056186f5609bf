import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { startStandIn } from './server.js';
import type { StandIn } from './server.js';

const BODY = 'x'.repeat(4000);

describe('stand-in server', () => {
  let standIn: StandIn;
  let mood = 'calm';

  before(async () => {
    standIn = await startStandIn({
      name: 'Echo',
      port: 0,
      variationSchema: z.enum(['loud']),
      control: ({ method, path, body }) => {
        if (`${method} ${path}` !== 'POST /mood') return undefined;
        mood = z.strictObject({ mood: z.string() }).parse(body).mood;
        return { status: 200, body: { mood } };
      },
      reset: () => {
        mood = 'calm';
      },
      handle: async (exchange) => {
        const subject = await text(exchange.request);
        const variation = await exchange.takeFault(subject, () => subject !== 'whisper');
        exchange.note({ bytes: subject.length });
        return { status: 200, body: { said: variation === 'loud' ? 'BODY' : BODY } };
      },
    });
  });
  after(() => standIn.stop());
  afterEach(() => fetch(`${standIn.url}/_control`, { method: 'DELETE' }));

  const call = (body = 'hello', init: RequestInit = {}) =>
    fetch(`${standIn.url}/v1/echo?key=secret&model=m`, { method: 'POST', body, ...init });
  const queue = (faults: unknown) =>
    fetch(`${standIn.url}/_control/faults`, { method: 'POST', body: JSON.stringify(faults) });
  const journal = async () => {
    const response = await fetch(`${standIn.url}/_control/requests`);
    return z
      .object({ requests: z.array(z.record(z.string(), z.unknown())) })
      .parse(await response.json()).requests;
  };

  it('answers, and keeps a journal without the key', async () => {
    await (await call()).text();
    const [entry] = await journal();
    assert.ok(entry);
    assert.equal(entry.path, '/v1/echo');
    assert.equal(entry.status, 200);
    assert.equal(entry.completed, true);
    assert.deepEqual(entry.query, { model: 'm' });
    assert.deepEqual(entry.details, { bytes: 5 });
    assert.ok(!JSON.stringify(entry).includes('secret'));
  });

  it('answers a queued status with its headers as often as it was asked to', async () => {
    await queue({ status: 429, headers: { 'retry-after': '7' }, body: { no: 1 }, times: 2 });
    const first = await call();
    assert.equal(first.status, 429);
    assert.equal(first.headers.get('retry-after'), '7');
    assert.deepEqual(await first.json(), { no: 1 });
    assert.equal((await call()).status, 429);
    assert.equal((await call()).status, 200);
  });

  it('applies a fault only where its match is found', async () => {
    await queue([{ match: 'second', status: 500 }]);
    assert.equal((await call('first')).status, 200);
    assert.equal((await call('the second one')).status, 500);
  });

  it('cuts the connection before and during the answer', async () => {
    await queue([{ cut: 'before' }, { cut: 'during' }]);
    await assert.rejects(call());
    const half = await call();
    assert.equal(half.status, 200);
    await assert.rejects(half.text());
    const entries = await journal();
    assert.deepEqual(
      entries.map(({ completed }) => completed),
      [false, false],
    );
  });

  it('hangs with and without headers until the caller leaves', async () => {
    await queue([{ hang: 'headers' }, { hang: true }]);
    const leave = new AbortController();
    const begun = await call('hello', { signal: leave.signal });
    assert.equal(begun.status, 200);
    leave.abort();
    await assert.rejects(begun.text());
    await assert.rejects(call('hello', { signal: AbortSignal.timeout(50) }), /timeout/i);
    assert.ok((await journal()).every(({ completed }) => completed === false));
  });

  it('breaks the JSON off, and gives the variations of the stand-in', async () => {
    await queue([{ malformed: true }, { answer: 'loud', delayMs: 1 }]);
    await assert.rejects((await call()).json(), SyntaxError);
    assert.deepEqual(await (await call()).json(), { said: 'BODY' });
  });

  it('refuses control bodies that mean nothing, and says why', async () => {
    for (const [body, reason] of [
      [{ status: 500, hang: true }, /exactly one of/],
      [{}, /exactly one of/],
      [{ answer: 'quiet' }, /loud/],
      [{ stats: 500 }, /stats/],
      [{ hang: true, headers: {} }, /belong to a status/],
    ] as const) {
      const response = await queue(body);
      assert.equal(response.status, 400);
      assert.match(await response.text(), reason);
    }
    assert.equal((await call()).status, 200);
  });

  it('lets a variation wait for an exchange that accepts it', async () => {
    await queue([{ answer: 'loud' }, { status: 500 }]);
    assert.equal((await call('whisper')).status, 500);
    assert.deepEqual(await (await call()).json(), { said: 'BODY' });
  });

  it("answers the stand-in's own control routes, and resets its state", async () => {
    const control = (path: string, body: string) =>
      fetch(`${standIn.url}/_control${path}`, { method: 'POST', body });
    assert.deepEqual(await (await control('/mood', '{"mood":"wild"}')).json(), { mood: 'wild' });
    assert.equal(mood, 'wild');
    for (const body of ['{"mood":1}', '{"mo', '']) {
      assert.equal((await control('/mood', body)).status, 400);
    }
    assert.equal((await control('/other', '{}')).status, 404);
    assert.equal(mood, 'wild');
    await fetch(`${standIn.url}/_control`, { method: 'DELETE' });
    assert.equal(mood, 'calm');
  });

  it('names the port that is in use and who wants it', async () => {
    await assert.rejects(
      startStandIn({
        name: 'Second',
        port: standIn.port,
        variationSchema: z.never(),
        handle: () => Promise.resolve({ status: 200, body: {} }),
      }),
      new RegExp(`port ${standIn.port} .* in use; the Second stand-in`),
    );
  });
});
