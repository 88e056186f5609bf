import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DeepgramClient } from '@deepgram/sdk';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import { z } from 'zod';
import type { StandIn } from '../http/server.js';
import { ensureRecogniser } from './recogniser.js';
import { startDeepgram } from './server.js';

const run = promisify(execFile);
const SAMPLE = join(import.meta.dirname, '../../samples/bread-stall');
const API_KEY = 'dg-secret-key';

/** What the specs read of an answer. */
const answerSchema = z.object({
  metadata: z.object({
    request_id: z.string(),
    sha256: z.string(),
    created: z.iso.datetime(),
    duration: z.number(),
    channels: z.literal(1),
    models: z.array(z.string()),
    model_info: z.record(z.string(), z.unknown()),
  }),
  results: z.object({
    channels: z.tuple([
      z.object({
        detected_language: z.string().optional(),
        alternatives: z.tuple([
          z.object({
            transcript: z.string(),
            confidence: z.number().min(0).max(1),
            words: z.array(
              z.object({
                word: z.string(),
                start: z.number(),
                end: z.number(),
                confidence: z.number().min(0).max(1),
                speaker: z.number().optional(),
                speaker_confidence: z.number().optional(),
                punctuated_word: z.string().optional(),
              }),
            ),
            paragraphs: z
              .object({
                transcript: z.string(),
                paragraphs: z.array(
                  z.object({
                    sentences: z.array(
                      z.object({ text: z.string(), start: z.number(), end: z.number() }),
                    ),
                    speaker: z.number().optional(),
                    num_words: z.number(),
                    start: z.number(),
                    end: z.number(),
                  }),
                ),
              })
              .optional(),
          }),
        ]),
      }),
    ]),
    utterances: z.array(z.object({ transcript: z.string() })).optional(),
  }),
});

describe('Deepgram stand-in', () => {
  let standIn: StandIn;
  let folder: string;
  let cacheDir: string;
  let client: DeepgramClient;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deepgram-spec-'));
    cacheDir = join(folder, 'cache');
    standIn = await startDeepgram({ port: 0, cacheDir });
    client = new DeepgramClient({ apiKey: API_KEY, baseUrl: standIn.url, maxRetries: 0 });
  });
  after(async () => {
    await standIn.stop();
    await rm(folder, { recursive: true });
  });
  afterEach(() => fetch(`${standIn.url}/_control`, { method: 'DELETE' }));

  const media = () => client.listen.v1.media;
  const bytes = Buffer.from('not really audio');
  const queue = async (fault: unknown) => {
    const init = { method: 'POST', body: JSON.stringify(fault) };
    assert.equal((await fetch(`${standIn.url}/_control/faults`, init)).status, 201);
  };
  const journal = async () =>
    z
      .object({ requests: z.array(z.record(z.string(), z.unknown())) })
      .parse(await (await fetch(`${standIn.url}/_control/requests`)).json()).requests;

  describe('protocol', () => {
    it('answers a given transcript in the shape of the SDK', async () => {
      await queue({ answer: { transcript: 'Hello there. This is it!' } });
      const options = { model: 'nova-3', smart_format: true, diarize: true, utterances: true };
      const { metadata, results } = answerSchema.parse(
        await media().transcribeFile(bytes, { ...options, detect_language: true }),
      );
      const [alternative] = results.channels[0].alternatives;
      assert.equal(alternative.transcript, 'Hello there. This is it!');
      assert.deepEqual(alternative.words[1], {
        word: 'there',
        start: 0.4,
        end: 0.8,
        confidence: 0.99,
        speaker: 0,
        speaker_confidence: 0.9,
        punctuated_word: 'there.',
      });
      assert.deepEqual(alternative.paragraphs?.paragraphs[0]?.sentences[1], {
        text: 'This is it!',
        start: 0.8,
        end: 2,
      });
      assert.equal(results.utterances?.length, 2);
      assert.equal(results.channels[0].detected_language, 'en');
      assert.equal(metadata.duration, 2);
      assert.equal(metadata.sha256, createHash('sha256').update(bytes).digest('hex'));
      assert.deepEqual(Object.keys(metadata.model_info), metadata.models);
    });

    it('leaves out what was not asked for', async () => {
      await queue({ answer: { words: [{ word: 'Hello.', start: 3, end: 4 }] } });
      const { results } = answerSchema.parse(await media().transcribeFile(bytes, {}));
      const [alternative] = results.channels[0].alternatives;
      assert.deepEqual(alternative.words, [{ word: 'hello', start: 3, end: 4, confidence: 0.99 }]);
      assert.equal(alternative.transcript, 'hello');
      assert.equal(alternative.paragraphs, undefined);
      assert.equal(results.utterances, undefined);
    });

    it('notes bytes and sha256 of the media in the journal, and never the key', async () => {
      await queue({ answer: { transcript: 'x' } });
      await media().transcribeFile(bytes, { model: 'nova-3' });
      const [entry] = await journal();
      assert.deepEqual(entry?.['details'], {
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
      assert.equal(entry['completed'], true);
      assert.ok(!JSON.stringify(entry).includes(API_KEY));
    });

    it('refuses a request without a Token', async () => {
      const response = await fetch(`${standIn.url}/v1/listen`, { method: 'POST', body: 'x' });
      assert.equal(response.status, 401);
      const body = z.record(z.string(), z.string()).parse(await response.json());
      assert.equal(body['err_code'], 'INVALID_AUTH');
      assert.ok(body['err_msg'] && body['request_id']);
    });

    it('refuses models that Deepgram does not have', async () => {
      await assert.rejects(media().transcribeFile(bytes, { model: 'supernova' }), {
        statusCode: 400,
      });
    });

    it('says REMOTE_CONTENT_ERROR for a URL that cannot be fetched', async () => {
      const url = `${standIn.url}/nothing-here.mp3`;
      await assert.rejects(
        media().transcribeUrl({ url, model: 'nova-3' }),
        (error: { statusCode?: number; body?: { err_code?: string } }) =>
          error.statusCode === 400 && error.body?.err_code === 'REMOTE_CONTENT_ERROR',
      );
    });
  });

  describe('faults', () => {
    it('answers 429 with Retry-After', async () => {
      await queue({ status: 429, headers: { 'retry-after': '3' }, body: { err_code: 'TOO_MANY' } });
      await assert.rejects(
        media().transcribeFile(bytes, {}),
        (error: { statusCode?: number; rawResponse?: { headers: Headers } }) =>
          error.statusCode === 429 && error.rawResponse?.headers.get('retry-after') === '3',
      );
    });

    // The SDK keeps its time-out's timer, a minute by default, when a request fails.
    const timeoutInSeconds = 5;

    it('cuts the connection, before and during the answer', async () => {
      for (const cut of ['before', 'during']) {
        await queue({ cut });
        if (cut === 'during') await queue({ answer: { transcript: 'never heard' } });
        await assert.rejects(media().transcribeFile(bytes, {}, { timeoutInSeconds }));
      }
      const completed = (await journal()).map((entry) => entry['completed']);
      assert.ok(!completed.includes(true));
    });

    it('hangs until the caller gives up', async () => {
      for (const hang of ['all', 'headers']) {
        await queue({ hang });
        const abortSignal = AbortSignal.timeout(100);
        const options = { abortSignal, timeoutInSeconds };
        await assert.rejects(media().transcribeFile(bytes, {}, options));
      }
      assert.deepEqual(
        (await journal()).map(({ status, completed }) => [status, completed]),
        [
          [null, false],
          [200, false],
        ],
      );
    });

    it('matches on the media URL', async () => {
      await queue({ match: 'other.mp3', status: 503 });
      await queue({ answer: { transcript: 'fine' } });
      answerSchema.parse(await media().transcribeFile(bytes, {}));
    });
  });

  describe('recognition', function () {
    this.timeout(60_000);
    before(() => ensureRecogniser());

    const make = async (name: string, ...args: string[]) => {
      const file = join(folder, name);
      await run(ffmpeg.path, ['-nostdin', '-loglevel', 'error', '-y', ...args, file]);
      return file;
    };
    const listen = async (file: string) =>
      answerSchema.parse(
        await media().transcribeFile(createReadStream(file), {
          model: 'nova-3',
          smart_format: true,
        }),
      );

    it('hears most words of a recording, with times, sentences and paragraphs', async () => {
      const file = await make('clip.m4a', '-i', `${SAMPLE}.mp3`, '-t', '8.2');
      const { metadata, results } = await listen(file);
      const [{ transcript, words, paragraphs }] = results.channels[0].alternatives;
      const script = (await readFile(`${SAMPLE}.txt`, 'utf8')).toLowerCase().match(/[a-z']+/g);
      const said = new Set(script?.slice(0, 30));
      const right = words.filter(({ word }) => said.has(word)).length;
      assert.ok(words.length >= 20 && right / words.length > 0.75, transcript);
      assert.ok(Math.abs(metadata.duration - 8.2) < 0.2);
      for (const [i, { start, end }] of words.entries()) {
        assert.ok(start < end && end <= metadata.duration && start >= (words[i - 1]?.start ?? 0));
      }
      const sentences = paragraphs?.paragraphs.flatMap((paragraph) => paragraph.sentences) ?? [];
      assert.ok(sentences.length >= 2);
      for (const { text } of sentences) assert.match(text, /^[A-Z].*\.$/);
      assert.equal(sentences.map(({ text }) => text).join(' '), transcript);
    });

    it('transcribes by URL, and repeated sound from its cache', async () => {
      const once = await make('once.mp3', '-i', `${SAMPLE}.mp3`, '-t', '5', '-c', 'copy');
      const args = ['-stream_loop', '3', '-i', once, '-c', 'copy'];
      const loop = await make('loop.mp3', ...args);
      await listen(once);
      const cached = (await readdir(cacheDir)).length;
      const server = await serve(loop);
      const address = server.address();
      assert.ok(typeof address === 'object' && address);
      const answer = answerSchema.parse(
        await media().transcribeUrl({ url: `http://127.0.0.1:${address.port}/l.mp3?token=t` }),
      );
      server.close();
      const [{ words }] = answer.results.channels[0].alternatives;
      assert.ok(words.filter(({ word }) => word === 'table').length >= 3);
      // Only the joins of the loop, and its rounds' first and last sounds, can be new.
      assert.ok((await readdir(cacheDir)).length - cached <= 3);
      const entry = (await journal()).at(-1);
      assert.ok(!JSON.stringify(entry).includes('token'));
    });

    it('answers an empty transcript for what is not speech', async () => {
      const tones = (rate: number, gap: string) =>
        `aevalsrc='0.3*(sin(2*PI*(220+55*floor(mod(t*${rate}\\,5)))*t)` +
        `+sin(2*PI*(330+82*floor(mod(t*${rate}\\,5)))*t))${gap}':d=4`;
      const sounds = {
        silence: 'anullsrc',
        tone: 'sine=440',
        noise: 'anoisesrc=c=pink:a=0.4',
        melody: tones(2, ''),
        'separate notes': tones(1, '*lt(mod(t\\,1)\\,0.6)'),
      };
      for (const [name, source] of Object.entries(sounds)) {
        const file = await make(`${name}.wav`, '-f', 'lavfi', '-i', source, '-t', '4');
        const { metadata, results } = await listen(file);
        const [{ transcript, words }] = results.channels[0].alternatives;
        assert.equal(transcript, '', name);
        assert.deepEqual(words, []);
        assert.ok(Math.abs(metadata.duration - 4) < 0.1);
      }
    });

    it('refuses what is not media, and video without sound', async () => {
      const mute = await make('mute.mp4', '-f', 'lavfi', '-i', 'color=size=64x64', '-t', '1');
      for (const source of [bytes, createReadStream(mute)]) {
        await assert.rejects(
          media().transcribeFile(source, { model: 'nova-3' }),
          (error: { statusCode?: number; message?: string }) =>
            error.statusCode === 400 && /corrupt or unsupported data/.test(error.message ?? ''),
        );
      }
    });
  });
});

async function serve(file: string): Promise<Server> {
  const server = createServer((_request, response) => {
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}
