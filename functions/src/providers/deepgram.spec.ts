import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { JobErrorCode } from '@quikthread/contract';
import type { Retry } from '../platform/errors.js';
import { assertJobError } from '../testing/jobErrors.js';
import { createTranscriber } from './deepgram.js';
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

const KEY = 'dg-key-0123456789';
const RECORDING = 'https://storage.example/secret-token/recording.mp3';

const word = (text: string, start: number, speaker: number) => ({
  word: text.toLowerCase().replace(/\W/g, ''),
  punctuated_word: text,
  start,
  end: start + 0.4,
  confidence: 0.9,
  speaker,
});

const answer = {
  metadata: { request_id: 'r', duration: 61.5, channels: 1 },
  results: {
    channels: [
      {
        detected_language: 'en',
        alternatives: [
          {
            transcript: 'Hello there. Hi!',
            confidence: 0.97,
            words: [word('Hello', 0.1, 0), word('there.', 0.6, 0), word('Hi!', 2, 1)],
            paragraphs: {
              transcript: '…',
              paragraphs: [
                {
                  start: 0.1,
                  end: 1,
                  speaker: 0,
                  num_words: 2,
                  sentences: [{ text: 'Hello there.' }],
                },
                { start: 2, end: 2.4, speaker: 1, num_words: 1, sentences: [{ text: 'Hi!' }] },
              ],
            },
          },
        ],
      },
    ],
  },
};

describe('Deepgram transcriber', () => {
  let server: ScriptedServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  async function transcribe(
    reply: (response: ServerResponse) => void,
    options: { signal?: AbortSignal; timeoutMilliseconds?: number; language?: string | null } = {},
  ) {
    server = await startScriptedServer(reply);
    const transcriber = createTranscriber({
      apiKey: KEY,
      baseUrl: server.url,
      model: 'nova-3',
      timeoutMilliseconds: options.timeoutMilliseconds ?? 2000,
    });
    return transcriber.transcribe(
      { url: RECORDING, language: options.language ?? null },
      options.signal ?? new AbortController().signal,
    );
  }

  async function refused(
    reply: (response: ServerResponse) => void,
    code: JobErrorCode,
    retry: Retry,
    timeoutMilliseconds = 2000,
  ) {
    const work = transcribe(reply, { timeoutMilliseconds });
    await assertJobError(work, [code, retry], [KEY, RECORDING, 'secret-token', 'Hello']);
    assert.equal(server?.seen.length, 1, 'the engine retries, not the provider');
  }

  it('asks for formatted, diarized paragraphs, and gives words, speakers and times', async () => {
    const transcription = await transcribe(json(200, answer));
    assert.equal(transcription.text, 'Hello there. Hi!');
    assert.equal(transcription.duration, 61.5);
    assert.equal(transcription.language, 'en');
    assert.equal(transcription.confidence, 0.97);
    assert.deepEqual(transcription.words[2], {
      text: 'Hi!',
      start: 2,
      end: 2.4,
      confidence: 0.9,
      speaker: 1,
    });
    assert.deepEqual(transcription.paragraphs, [
      { speaker: 0, start: 0.1, end: 1, text: 'Hello there.' },
      { speaker: 1, start: 2, end: 2.4, text: 'Hi!' },
    ]);
    const request = server?.seen[0];
    assert.equal(request?.path, '/v1/listen');
    assert.equal(request.headers.authorization, `Token ${KEY}`);
    assert.deepEqual(JSON.parse(request.body), { url: RECORDING });
    assert.deepEqual(Object.fromEntries(request.query), {
      model: 'nova-3',
      smart_format: 'true',
      punctuate: 'true',
      paragraphs: 'true',
      diarize_model: 'latest',
      detect_language: 'true',
    });
  });

  it('names the language where it is known', async () => {
    await transcribe(json(200, answer), { language: 'pt-BR' });
    assert.equal(server?.seen[0]?.query.get('language'), 'pt-BR');
    assert.equal(server.seen[0].query.get('detect_language'), null);
  });

  it('makes a paragraph of each turn where Deepgram sent none', async () => {
    const bare = structuredClone(answer);
    Reflect.deleteProperty(bare.results.channels[0]?.alternatives[0] ?? {}, 'paragraphs');
    const { paragraphs } = await transcribe(json(200, bare));
    assert.deepEqual(paragraphs, [
      { speaker: 0, start: 0.1, end: 1, text: 'Hello there.' },
      { speaker: 1, start: 2, end: 2.4, text: 'Hi!' },
    ]);
  });

  it('gives an empty transcription for silence', async () => {
    const silence = {
      metadata: { duration: 30 },
      results: { channels: [{ alternatives: [{ transcript: '', confidence: 0, words: [] }] }] },
    };
    assert.deepEqual(await transcribe(json(200, silence)), {
      text: '',
      language: null,
      duration: 30,
      confidence: null,
      words: [],
      paragraphs: [],
    });
  });

  const error = (err_code: string, err_msg: string) => ({ err_code, err_msg, request_id: 'id' });

  for (const status of [401, 402, 403, 404]) {
    it(`does not retry ${status}: only the operator can mend it`, () =>
      refused(
        json(status, error('INVALID_AUTH', `bad key ${KEY} for ${RECORDING}`)),
        'transcription_unavailable',
        'never',
      ));
  }

  it('waits as long as a 429 says, in seconds', () =>
    refused(
      json(429, error('TOO_MANY_REQUESTS', ''), { 'retry-after': '17' }),
      'transcription_unavailable',
      {
        afterSeconds: 17,
      },
    ));

  it('backs off where a 429 says nothing', () =>
    refused(json(429, {}), 'transcription_unavailable', 'later'));

  for (const status of [408, 500, 503, 504]) {
    it(`retries ${status} later`, () =>
      refused(json(status, { message: RECORDING }), 'transcription_unavailable', 'later'));
  }

  it('retries a cut connection, before the answer and inside it', async () => {
    await refused(cut, 'transcription_unavailable', 'later');
    await server?.close();
    await refused(cutBody, 'transcription_unavailable', 'later');
  });

  it('gives up on a server that never answers, or never ends its answer', async () => {
    await refused(hang, 'transcription_unavailable', 'later', 100);
    await server?.close();
    await refused(hangBody, 'transcription_unavailable', 'later', 100);
  });

  it('does not retry what cannot be decoded', () =>
    refused(
      json(
        400,
        error('Bad Request', 'Bad Request: failed to process audio: corrupt or unsupported data'),
      ),
      'media_unreadable',
      'never',
    ));

  it('retries where the recording could not be fetched', () =>
    refused(
      json(400, error('REMOTE_CONTENT_ERROR', `could not fetch ${RECORDING}`)),
      'transcription_failed',
      'later',
    ));

  it('does not retry another refused request', () =>
    refused(json(400, error('Bad Request', 'No such language')), 'transcription_failed', 'never'));

  const malformed: Record<string, (response: ServerResponse) => void> = {
    'an HTML page': raw('<html>Hello</html>', 'text/html'),
    'an empty body': raw(''),
    'cut JSON': raw('{"results":{"channels":['),
    'another object': json(200, { request_id: 'accepted' }),
    'no channels': json(200, { metadata: { duration: 1 }, results: { channels: [] } }),
    'words without times': json(200, {
      metadata: { duration: 1 },
      results: {
        channels: [{ alternatives: [{ transcript: 'Hello', words: [{ word: 'Hello' }] }] }],
      },
    }),
    'a transcript without words': json(200, {
      metadata: { duration: 1 },
      results: { channels: [{ alternatives: [{ transcript: 'Hello', words: [] }] }] },
    }),
  };
  for (const [name, reply] of Object.entries(malformed)) {
    it(`does not take ${name} for a transcript`, () =>
      refused(reply, 'transcription_failed', 'later'));
  }

  it('rethrows the reason of an abort, before and while waiting', async () => {
    const reason = new Error('cancelled by the user');
    await assert.rejects(transcribe(hang, { signal: AbortSignal.abort(reason) }), reason);
    await server?.close();
    const controller = new AbortController();
    const running = transcribe(
      () => {
        controller.abort(reason);
      },
      { signal: controller.signal },
    );
    await assert.rejects(running, reason);
  });
});
