import assert from 'node:assert/strict';
import { once } from 'node:events';
import { inspect } from 'node:util';
import type { ServerResponse } from 'node:http';
import type { JobErrorCode } from '@quikthread/contract';
import type { Retry } from '../../platform/errors.js';
import { assertJobError } from '../../testing/jobErrors.js';
import {
  cut,
  cutBody,
  hang,
  hangBody,
  json,
  raw,
  startScriptedServer,
} from '../../testing/scriptedServer.js';
import type { ScriptedServer } from '../../testing/scriptedServer.js';
import { createXClient } from './client.js';

const TOKEN = 'x-access-token-0123456789';
const TEXT = 'Nobody but the account may know this text';
const { signal } = new AbortController();
const NOW = new Date('2026-11-21T12:00:00.250Z');
const PROBLEMS = 'https://api.twitter.com/2/problems';

/** Epoch seconds, as X's headers have them. */
const inSeconds = (seconds: number) => String(Math.floor(NOW.getTime() / 1000) + seconds);

describe('X refusals and failures', () => {
  let server: ScriptedServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  async function refused(
    reply: (response: ServerResponse) => void,
    code: JobErrorCode,
    retry: Retry,
    timeoutMilliseconds = 2000,
  ) {
    server = await startScriptedServer(reply);
    const client = createXClient({
      credentials: { accessToken: TOKEN },
      apiBaseUrl: server.url,
      timeoutMilliseconds,
      clock: () => NOW,
    });
    const work = client.postTweet({ text: TEXT, inReplyTo: '1700000000000000001' }, signal);
    const error = await assertJobError(work, [code, retry], [TOKEN, TEXT]);
    const everything = inspect(error, { depth: null, showHidden: true });
    for (const secret of [TOKEN, TEXT, 'Bearer', 'ClientRequest']) {
      assert.ok(!everything.includes(secret), everything);
    }
    assert.equal(server.seen.length, 1, 'the engine retries, not the provider');
    return error;
  }

  const forbidden = (detail: string, rest: object = {}) =>
    json(403, { title: 'Forbidden', status: 403, detail, type: 'about:blank', ...rest });

  it('asks for a new connection where the token is taken no more', async () => {
    const body = {
      title: 'Unauthorized',
      type: 'about:blank',
      status: 401,
      detail: 'Unauthorized',
    };
    const error = await refused(json(401, body), 'x_reconnect_required', 'never');
    assert.equal((error.cause as Error).message, 'X: status 401, Unauthorized');
  });

  it('stops at a 402 and at every kind of spending cap', async () => {
    const depleted = {
      title: 'CreditsDepleted',
      type: `${PROBLEMS}/credits`,
      detail: 'No credits',
    };
    const capped = { title: 'SpendCapReached', type: `${PROBLEMS}/credits`, detail: '[42] …' };
    const monthly = { title: 'UsageCapExceeded', type: `${PROBLEMS}/usage-capped` };
    for (const [status, body] of [
      [402, depleted],
      [402, ''],
      [403, capped],
      [429, monthly],
    ] as const) {
      await refused(json(status, body), 'x_spend_cap_reached', 'never');
      await server?.close();
    }
  });

  it('knows a duplicate, a missing parent and a suspended or locked account by what X says', async () => {
    const cases: readonly (readonly [JobErrorCode, (response: ServerResponse) => void])[] = [
      [
        'x_duplicate_content',
        forbidden('You are not allowed to create a Tweet with duplicate content.'),
      ],
      [
        'x_parent_missing',
        forbidden('You attempted to reply to a Tweet that is deleted or not visible to you.'),
      ],
      [
        'x_account_suspended',
        forbidden('Your account is suspended and is not permitted to access this feature.'),
      ],
      ['x_account_suspended', forbidden('', { type: `${PROBLEMS}/user-suspended` })],
      [
        'x_account_suspended',
        json(403, {
          errors: [
            { code: 326, message: 'To protect our users, this account is temporarily locked.' },
          ],
        }),
      ],
      ['x_refused', forbidden('You are not permitted to perform this action.')],
      ['x_refused', forbidden('This application has been suspended.')],
      [
        'x_refused',
        forbidden(
          'Reply to this conversation is not allowed because you have not been mentioned by the author of the post you are replying to.',
        ),
      ],
    ];
    for (const [code, reply] of cases) {
      await refused(reply, code, 'never');
      await server?.close();
    }
  });

  it('takes any other refusal for final, whatever its body', async () => {
    const invalid = { title: 'Invalid Request', type: `${PROBLEMS}/invalid-request`, detail: TEXT };
    for (const [status, body] of [
      [400, invalid],
      [404, null],
      [409, [1]],
      [403, TEXT],
    ] as const) {
      await refused(json(status, body), 'x_refused', 'never');
      await server?.close();
    }
  });

  it('waits until the last of the exhausted limits resets, and says when', async () => {
    const headers = {
      'x-rate-limit-limit': '100',
      'x-rate-limit-remaining': '0',
      'x-rate-limit-reset': inSeconds(300),
      'x-user-limit-24hour-limit': '100',
      'x-user-limit-24hour-remaining': '0',
      'x-user-limit-24hour-reset': inSeconds(7200),
      'x-app-limit-24hour-limit': '10000',
      'x-app-limit-24hour-remaining': '17',
      'x-app-limit-24hour-reset': inSeconds(80_000),
    };
    const body = { title: 'Too Many Requests', type: 'about:blank', status: 429 };
    const error = await refused(json(429, body, headers), 'x_rate_limited', {
      afterSeconds: 7200,
    });
    assert.equal(
      error.message,
      'X takes no more requests from this account until 2026-11-21 14:00:00 UTC.',
    );
    assert.equal(
      (error.cause as Error).message,
      'X: status 429, Too Many Requests, window, user_day',
    );
  });

  it('waits for the one limit that is exhausted, be it the app’s', async () => {
    const window = { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': inSeconds(61) };
    await refused(json(429, {}, window), 'x_rate_limited', { afterSeconds: 61 });
    await server?.close();
    const app = {
      'x-rate-limit-remaining': '99',
      'x-rate-limit-reset': inSeconds(60),
      'x-app-limit-24hour-remaining': '0',
      'x-app-limit-24hour-reset': inSeconds(3600),
    };
    const error = await refused(json(429, {}, app), 'x_rate_limited', { afterSeconds: 3600 });
    assert.match(error.message, /from this service until 2026-11-21 13:00:00 UTC/);
  });

  it('waits as Retry-After says, or for a window, where no limit names its reset', async () => {
    await refused(json(429, {}, { 'retry-after': '7' }), 'x_rate_limited', { afterSeconds: 7 });
    await server?.close();
    const odd = { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': 'soon' };
    await refused(json(429, {}, odd), 'x_rate_limited', { afterSeconds: 900 });
    await server?.close();
    const past = { 'x-rate-limit-remaining': '0', 'x-rate-limit-reset': inSeconds(-60) };
    await refused(json(429, {}, past), 'x_rate_limited', { afterSeconds: 1 });
  });

  it('tries again after X’s own errors, naming the status only', async () => {
    const body = { title: 'Service Unavailable', detail: TEXT };
    const error = await refused(json(503, body), 'x_unavailable', 'later');
    assert.equal((error.cause as Error).message, 'X: status 503, Service Unavailable');
    await server?.close();
    await refused(
      (response) => response.writeHead(500).end(`<html>${TEXT}</html>`),
      'x_unavailable',
      'later',
    );
  });

  it('tries again where the connection is cut, before the answer or in it', async () => {
    const error = await refused(cut, 'x_unavailable', 'later');
    assert.match((error.cause as Error).message, /^X: no answer/);
    await server?.close();
    await refused(cutBody, 'x_unavailable', 'later');
  });

  it('tries again where the answer is no JSON, HTML, empty, or of another shape', async () => {
    const replies = [
      raw('{"data":'),
      raw(`<html>${TEXT}</html>`, 'text/html'),
      raw(''),
      json(201, { data: { id: 17 } }),
      json(201, { errors: [{ detail: TEXT }] }),
      (response: ServerResponse) => response.writeHead(302, { location: '/login' }).end(),
    ];
    for (const reply of replies) {
      const error = await refused(reply, 'x_unavailable', 'later');
      await server?.close();
      assert.match((error.cause as Error).message, /^X: (no whole answer|a malformed answer)/);
    }
  });

  it('does not wait for ever, be it for the headers or for the rest of the body', async () => {
    await refused(hang, 'x_unavailable', 'later', 100);
    await server?.close();
    await refused(hangBody, 'x_unavailable', 'later', 100);
    await server?.close();
    const gzip = (response: ServerResponse) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
      });
      response.write(Buffer.from('1f8b', 'hex'));
    };
    await refused(gzip, 'x_unavailable', 'later', 100);
  });

  it('cannot reach a server that is not there', async () => {
    const gone = await startScriptedServer();
    await gone.close();
    const client = createXClient({ credentials: { accessToken: TOKEN }, apiBaseUrl: gone.url });
    const error = await assertJobError(client.me(signal), ['x_unavailable', 'later'], [TOKEN]);
    assert.equal((error.cause as Error).message, 'X: no answer: the network, or our time-out');
  });

  it('ends the request and rejects with the reason when the caller aborts', async () => {
    for (const answer of [hang, hangBody]) {
      const controller = new AbortController();
      const reason = new Error('the lease was lost');
      let closed: Promise<unknown> | undefined;
      server = await startScriptedServer((response) => {
        closed = once(response, 'close');
        answer(response);
        controller.abort(reason);
      });
      const client = createXClient({
        credentials: { accessToken: TOKEN },
        apiBaseUrl: server.url,
      });
      const work = client.postTweet({ text: TEXT, inReplyTo: null }, controller.signal);
      await assert.rejects(work, reason);
      await closed;
      await server.close();
    }
  });
});
