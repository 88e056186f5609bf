import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { decode, findChunks, joinChunks, MARGIN_SAMPLES, SAMPLE_RATE, writeWav } from './audio.js';
import type { Chunk } from './audio.js';
import type { Recogniser, Recognition, RecognisedWord } from './types.js';

/** Chunks that one recogniser process takes at a time: enough to pay for loading its model. */
const BATCH_SIZE = 12;
/** More words than `many` but fewer different ones than `few`: notes of music heard as words. */
const MONOTONOUS = { many: 5, few: 4 };

/** A transcript with times in seconds from the recording's start. */
export interface RawTranscript {
  /** Of the recording, in seconds. */
  duration: number;
  words: RecognisedWord[];
  /** ISO 639-1. */
  language: string;
}

export interface TranscribeOptions {
  recogniser: Recogniser;
  /** ISO 639-1, or `auto`. */
  language: string;
  /** Recognitions are kept here by the sha256 of a chunk's samples. */
  cacheDir: string;
  /** A folder for intermediate files, removed by the caller. */
  workDir: string;
  signal: AbortSignal;
}

/**
 * Transcribes a media file: decodes it, splits it at pauses, recognises the chunks that the cache
 * lacks on all cores, and puts their words together.
 * @throws UndecodableMedia
 */
export async function transcribe(file: string, options: TranscribeOptions): Promise<RawTranscript> {
  const { samples, rawFile } = await decode(file, options.workDir, options.signal);
  const found = await findChunks(samples, rawFile, options.signal);
  const chunks = joinChunks(found, options.recogniser.joinSeconds);
  const recognitions = await recogniseChunks(samples, chunks, options);
  const words = chunks.flatMap((chunk, i) => placeWords(recognitions[i]?.words ?? [], chunk));
  const different = new Set(words.map(({ word }) => word)).size;
  const isMonotonous = words.length > MONOTONOUS.many && different < MONOTONOUS.few;
  return {
    duration: samples.length / SAMPLE_RATE,
    words: isMonotonous ? [] : words,
    language: recognitions[0]?.language ?? 'en',
  };
}

/** Recognisers stretch the outer words of a chunk over the silence around it: cut that off. */
function placeWords(words: readonly RecognisedWord[], chunk: Chunk): RecognisedWord[] {
  const offset = chunk.start / SAMPLE_RATE;
  const first = (chunk.start + MARGIN_SAMPLES) / SAMPLE_RATE;
  const last = (chunk.end - MARGIN_SAMPLES) / SAMPLE_RATE;
  return words.map((word) => ({
    ...word,
    start: Math.min(last, Math.max(first, word.start + offset)),
    end: Math.max(first, Math.min(last, word.end + offset)),
  }));
}

async function recogniseChunks(
  samples: Int16Array,
  chunks: readonly Chunk[],
  options: TranscribeOptions,
): Promise<(Recognition | undefined)[]> {
  const { recogniser, language, cacheDir } = options;
  const keys = chunks.map(({ start, end }) => {
    const hash = createHash('sha256').update(new Uint8Array(samples.slice(start, end).buffer));
    return `${recogniser.id}-${language}-${hash.digest('hex')}`;
  });
  const known = new Map<string, Recognition>();
  const missing = new Map<string, Chunk>();
  for (const [i, chunk] of chunks.entries()) {
    const key = keys[i] ?? '';
    const cached = known.get(key) ?? (await readCache(cacheDir, key));
    if (cached) known.set(key, cached);
    else missing.set(key, chunk);
  }
  await inBatches([...missing], async (batch) => {
    for (const [key, recognition] of await recogniseBatch(samples, batch, options)) {
      known.set(key, recognition);
    }
  });
  return keys.map((key) => known.get(key));
}

/** Works on as many batches at once as there are cores. */
async function inBatches<T>(items: T[], work: (batch: T[]) => Promise<void>): Promise<void> {
  const workers = availableParallelism();
  const size = Math.min(BATCH_SIZE, Math.ceil(items.length / workers));
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (let batch = items.splice(0, size); batch.length > 0; batch = items.splice(0, size)) {
        await work(batch);
      }
    }),
  );
}

async function recogniseBatch(
  samples: Int16Array,
  batch: readonly [string, Chunk][],
  { recogniser, language, cacheDir, workDir, signal }: TranscribeOptions,
): Promise<[string, Recognition][]> {
  const files = batch.map(([key]) => join(workDir, `${key}.wav`));
  for (const [i, [, { start, end }]] of batch.entries()) {
    await writeWav(files[i] ?? '', samples.subarray(start, end));
  }
  const recognitions = await recogniser.recognise(files, { language, signal });
  const entries: [string, Recognition][] = [];
  for (const [i, recognition] of recognitions.entries()) {
    const key = batch[i]?.[0] ?? '';
    await writeCache(cacheDir, key, recognition);
    entries.push([key, recognition]);
  }
  return entries;
}

async function readCache(folder: string, key: string): Promise<Recognition | undefined> {
  const json = await readFile(join(folder, `${key}.json`), 'utf8').catch(() => undefined);
  // Only writeCache below writes these files, and only whole.
  return json === undefined ? undefined : (JSON.parse(json) as Recognition);
}

async function writeCache(folder: string, key: string, recognition: Recognition): Promise<void> {
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `${randomUUID()}.tmp`);
  await writeFile(temporary, JSON.stringify(recognition));
  await rename(temporary, join(folder, `${key}.json`));
}
