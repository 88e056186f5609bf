import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import type { Harness } from './harness.js';
import { answerSchema, startHarness } from './harness.js';
import { ensureRecogniser } from './recogniser.js';

const run = promisify(execFile);
const SAMPLE = join(import.meta.dirname, '../../samples/bread-stall');

describe('recognition by the Deepgram stand-in', function () {
  this.timeout(120_000);
  let harness: Harness;

  before(async () => {
    await ensureRecogniser();
    harness = await startHarness();
  });
  after(() => harness.stop());
  afterEach(() => harness.reset());

  const media = () => harness.media();

  const make = async (name: string, ...args: string[]) => {
    const file = join(harness.folder, name);
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
    const cached = (await readdir(harness.cacheDir)).length;
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
    assert.ok((await readdir(harness.cacheDir)).length - cached <= 3);
    const entry = (await harness.journal()).at(-1);
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
    for (const source of [Buffer.from('not really audio'), createReadStream(mute)]) {
      await assert.rejects(
        media().transcribeFile(source, { model: 'nova-3' }),
        (error: { statusCode?: number; message?: string }) =>
          error.statusCode === 400 && /corrupt or unsupported data/.test(error.message ?? ''),
      );
    }
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
