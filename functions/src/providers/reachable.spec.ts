import assert from 'node:assert/strict';
import { cut, hang, json, startScriptedServer } from '../testing/scriptedServer.js';
import type { ScriptedServer } from '../testing/scriptedServer.js';
import { assertReachable } from './reachable.js';

describe('assertReachable', () => {
  let server: ScriptedServer;
  const serve = async (...answers: Parameters<typeof startScriptedServer>) => {
    server = await startScriptedServer(...answers);
    return server.url;
  };
  const never = new AbortController().signal;

  afterEach(() => server.close());

  for (const status of [200, 302, 401, 404, 429]) {
    it(`is content with ${status}`, async () => {
      await assertReachable(
        await serve(json(status, {}, { location: 'http://127.0.0.1:9/' })),
        never,
      );
      assert.deepEqual(
        server.seen.map(({ method, path, headers }) => [method, path, headers.authorization]),
        [['GET', '/', undefined]],
      );
    });
  }

  it('is not content with 503', async () => {
    await assert.rejects(assertReachable(await serve(json(503, {})), never), /answered 503$/);
  });

  it('is not content with a cut connection', async () => {
    await assert.rejects(assertReachable(await serve(cut), never), /fetch failed/);
  });

  it('gives up with its signal', async () => {
    const signal = AbortSignal.timeout(50);
    await assert.rejects(assertReachable(await serve(hang), signal), { name: 'TimeoutError' });
  });
});
