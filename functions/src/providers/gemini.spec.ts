import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { JobErrorCode } from '@quikthread/contract';
import type { Retry } from '../platform/errors.js';
import { assertJobError } from '../testing/jobErrors.js';
import { createTextModel } from './gemini.js';
import {
  cut,
  cutBody,
  hang,
  hangBody,
  json,
  raw,
  startScriptedServer,
} from '../testing/scriptedServer.js';
import type { ScriptedServer } from '../testing/scriptedServer.js';

const KEY = 'AIza-key-0123456789';

const answer = (finishReason: string | undefined, ...parts: readonly object[]) => ({
  candidates: [{ content: { role: 'model', parts }, finishReason, index: 0 }],
});

const failure = (code: number, status: string, details: readonly object[] = []) => ({
  error: { code, status, message: `private transcript, key ${KEY}`, details },
});

const errorInfo = (reason: string) => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain: 'googleapis.com',
});

describe('Gemini text model', () => {
  let server: ScriptedServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  async function generate(
    reply: (response: ServerResponse) => void,
    options: {
      signal?: AbortSignal;
      timeoutMilliseconds?: number;
      temperature?: number | null;
    } = {},
  ) {
    server = await startScriptedServer(reply);
    const model = createTextModel({
      apiKey: KEY,
      baseUrl: server.url,
      model: 'gemini-3.5-flash-lite',
      temperature: options.temperature === undefined ? 0.8 : options.temperature,
      timeoutMilliseconds: options.timeoutMilliseconds ?? 2000,
    });
    return model.generate(
      {
        system: 'Write threads.',
        turns: [
          { role: 'user', text: 'private transcript' },
          { role: 'model', text: 'first try' },
          { role: 'user', text: 'mend it' },
        ],
        responseSchema: { type: 'array', items: { type: 'string' } },
        maxOutputTokens: 1234,
      },
      options.signal ?? new AbortController().signal,
    );
  }

  async function refused(
    reply: (response: ServerResponse) => void,
    code: JobErrorCode,
    retry: Retry,
    timeoutMilliseconds = 2000,
  ) {
    const work = generate(reply, { timeoutMilliseconds });
    await assertJobError(work, [code, retry], [KEY, 'private transcript', 'half an answer']);
    assert.equal(server?.seen.length, 1, 'the engine retries, not the provider');
  }

  it('sends system text, turns, schema, limit and temperature', async () => {
    assert.equal(await generate(json(200, answer('STOP', { text: '["a"]' }))), '["a"]');
    const request = server?.seen[0];
    assert.equal(request?.path, '/v1beta/models/gemini-3.5-flash-lite:generateContent');
    assert.equal(request.headers['x-goog-api-key'], KEY);
    const body = JSON.parse(request.body) as Record<string, unknown>;
    assert.deepEqual(body['systemInstruction'], {
      role: 'system',
      parts: [{ text: 'Write threads.' }],
    });
    assert.deepEqual(body['contents'], [
      { role: 'user', parts: [{ text: 'private transcript' }] },
      { role: 'model', parts: [{ text: 'first try' }] },
      { role: 'user', parts: [{ text: 'mend it' }] },
    ]);
    assert.deepEqual(body['generationConfig'], {
      responseMimeType: 'application/json',
      responseSchema: { type: 'array', items: { type: 'string' } },
      maxOutputTokens: 1234,
      temperature: 0.8,
    });
  });

  it('sends no temperature to models that take none', async () => {
    await generate(json(200, answer('STOP', { text: '1' })), { temperature: null });
    assert.doesNotMatch(server?.seen[0]?.body ?? '', /temperature/);
  });

  it('joins the parts and leaves thoughts out', async () => {
    const parts = [{ text: 'hmm', thought: true }, { text: '["a",' }, { text: '"b"]' }];
    assert.equal(await generate(json(200, answer('STOP', ...parts))), '["a","b"]');
  });

  for (const reason of ['SAFETY', 'RECITATION', 'PROHIBITED_CONTENT', 'BLOCKLIST', 'SPII']) {
    it(`tells a stop for ${reason}`, () =>
      refused(
        json(200, answer(reason, { text: 'half an answer' })),
        'generation_blocked',
        'never',
      ));
  }

  it('tells a blocked prompt', () =>
    refused(
      json(200, { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' } }),
      'generation_blocked',
      'never',
    ));

  it('does not take a cut answer for a whole one', () =>
    refused(json(200, answer('MAX_TOKENS', { text: '["a"]' })), 'generation_truncated', 'later'));

  const unusable: Record<string, (response: ServerResponse) => void> = {
    'an empty object': json(200, {}),
    'no finishReason': json(200, answer(undefined, { text: 'half an answer' })),
    'an uncategorised stop': json(200, answer('OTHER', { text: 'half an answer' })),
    'no text': json(200, answer('STOP')),
    'thoughts only': json(200, answer('STOP', { text: 'hmm', thought: true })),
    'cut JSON': raw('{"candidates":[{"half an answer'),
    'an HTML page': raw('<html>half an answer</html>', 'text/html'),
    'another shape': json(200, { candidates: 'half an answer' }),
  };
  for (const [name, reply] of Object.entries(unusable)) {
    it(`retries after ${name}`, () => refused(reply, 'generation_invalid', 'later'));
  }

  it('waits as long as a 429 says', () =>
    refused(
      json(
        429,
        failure(429, 'RESOURCE_EXHAUSTED', [
          { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [] },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '36.2s' },
        ]),
      ),
      'generation_unavailable',
      { afterSeconds: 37 },
    ));

  it('backs off where a 429 says nothing', () =>
    refused(json(429, failure(429, 'RESOURCE_EXHAUSTED')), 'generation_unavailable', 'later'));

  it('does not retry a refused key, by any of its names', async () => {
    const replies = [
      json(400, failure(400, 'INVALID_ARGUMENT', [errorInfo('API_KEY_INVALID')])),
      json(401, failure(401, 'UNAUTHENTICATED')),
      json(403, failure(403, 'PERMISSION_DENIED')),
      json(404, failure(404, 'NOT_FOUND')),
    ];
    for (const reply of replies) {
      await refused(reply, 'generation_unavailable', 'never');
      await server?.close();
    }
  });

  for (const status of [500, 503, 504]) {
    it(`retries ${status} later`, () =>
      refused(json(status, failure(status, 'INTERNAL')), 'generation_unavailable', 'later'));
  }

  it('retries a cut connection, before the answer and inside it', async () => {
    await refused(cut, 'generation_unavailable', 'later');
    await server?.close();
    await refused(cutBody, 'generation_unavailable', 'later');
  });

  it('gives up on a server that never answers, or never ends its answer', async () => {
    await refused(hang, 'generation_unavailable', 'later', 100);
    await server?.close();
    await refused(hangBody, 'generation_unavailable', 'later', 100);
  });

  it('rethrows the reason of an abort, before and while waiting', async () => {
    const reason = new Error('cancelled by the user');
    await assert.rejects(generate(hang, { signal: AbortSignal.abort(reason) }), reason);
    await server?.close();
    const controller = new AbortController();
    const running = generate(
      () => {
        controller.abort(reason);
      },
      { signal: controller.signal },
    );
    await assert.rejects(running, reason);
  });
});
