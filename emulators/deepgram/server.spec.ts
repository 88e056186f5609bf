import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Harness } from './harness.js';
import { API_KEY, answerSchema, startHarness } from './harness.js';

describe('Deepgram stand-in', () => {
  let harness: Harness;

  before(async () => {
    harness = await startHarness();
  });
  after(() => harness.stop());
  afterEach(() => harness.reset());

  const media = () => harness.media();
  const bytes = Buffer.from('not really audio');
  const queue = (fault: unknown) => harness.queue(fault);

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
      const [entry] = await harness.journal();
      assert.deepEqual(entry?.['details'], {
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
      assert.equal(entry['completed'], true);
      assert.ok(!JSON.stringify(entry).includes(API_KEY));
    });

    it('refuses a request without a Token', async () => {
      const response = await fetch(`${harness.url}/v1/listen`, { method: 'POST', body: 'x' });
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
      const url = `${harness.url}/nothing-here.mp3`;
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
      const completed = (await harness.journal()).map((entry) => entry['completed']);
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
        (await harness.journal()).map(({ status, completed }) => [status, completed]),
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
});
