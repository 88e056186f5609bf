import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode, findChunks, joinChunks, SAMPLE_RATE, writeWav } from './audio.js';

const { signal } = new AbortController();

/** Seconds of a 300 Hz tone (true) and of silence (false), in turn. */
function sound(...parts: [boolean, number][]): Int16Array {
  return Int16Array.from(
    parts.flatMap(([isTone, seconds]) =>
      Array.from({ length: Math.round(seconds * SAMPLE_RATE) }, (_, i) =>
        isTone ? 9000 * Math.sin((2 * Math.PI * 300 * i) / SAMPLE_RATE) : 0,
      ),
    ),
  );
}

describe('audio', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'audio-spec-'));
  });
  after(() => rm(folder, { recursive: true }));

  const chunksOf = async (samples: Int16Array) => {
    const file = join(folder, 'sound.raw');
    await writeFile(file, new Uint8Array(samples.buffer));
    return findChunks(samples, file, signal);
  };
  const cut = (samples: Int16Array, { start, end }: { start: number; end: number }) =>
    Array.from(samples.subarray(start, end));

  it('survives writing and decoding', async () => {
    const samples = sound([true, 0.5], [false, 0.2]);
    const file = join(folder, 'sound.wav');
    await writeWav(file, samples);
    assert.equal((await readFile(file)).length, 44 + samples.length * 2);
    assert.deepEqual((await decode(file, folder, signal)).samples, samples);
  });

  it('is cut at pauses, the same sound always in the same way', async () => {
    const samples = sound([false, 0.313], [true, 1], [false, 0.5], [true, 1], [false, 0.4]);
    const chunks = await chunksOf(samples);
    assert.equal(chunks.length, 2);
    const [first, second] = chunks.map((chunk) => cut(samples, chunk));
    assert.deepEqual(first, second);
    assert.ok(Math.abs((first?.length ?? 0) / SAMPLE_RATE - 1.2) < 0.01);
  });

  it('is not cut at short pauses', async () => {
    assert.equal((await chunksOf(sound([true, 1], [false, 0.1], [true, 1]))).length, 1);
  });

  it('is cut at its quietest moment where there is no pause for long', async () => {
    const chunks = await chunksOf(sound([true, 17], [false, 0.1], [true, 13]));
    assert.equal(chunks.length, 2);
    const end = (chunks[0]?.end ?? 0) / SAMPLE_RATE;
    assert.ok(end > 16.95 && end < 17.15, String(end));
    assert.equal(chunks[1]?.start, chunks[0]?.end);
  });

  it('has no chunks where it is silent', async () => {
    assert.deepEqual(await chunksOf(sound([false, 2])), []);
  });

  it('joins chunks up to a length', () => {
    const second = (start: number, end: number) => ({
      start: start * SAMPLE_RATE,
      end: end * SAMPLE_RATE,
    });
    const chunks = [second(0, 10), second(11, 20), second(21, 30)];
    assert.deepEqual(joinChunks(chunks, 25), [second(0, 20), second(21, 30)]);
    assert.deepEqual(joinChunks(chunks, 0), chunks);
  });
});
