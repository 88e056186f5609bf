import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import { run } from '../programs/run.js';

export const SAMPLE_RATE = 16_000;
/** A pause this long, in seconds, separates chunks. */
const PAUSE_SECONDS = 0.25;
/** What is this much quieter than the loudest sample is silence. */
const SILENCE_BELOW_PEAK_DB = 35;
/** Recordings whose loudest sample is below this (-60 dB of full scale) are silent. */
const SILENT_PEAK = 33;
/** Kept around the sound of a chunk; less than half a pause, so that chunks do not overlap. */
export const MARGIN_SAMPLES = 0.1 * SAMPLE_RATE;
/** Without a pause a chunk ends at its quietest moment between these lengths, in seconds. */
const LONGEST_CHUNK = 20;
const EARLIEST_CUT = 15;

/** Media that cannot be decoded to sound. */
export class UndecodableMedia extends Error {}

/** A stretch of sound between pauses; `start` and `end` are samples from the recording's start. */
export interface Chunk {
  start: number;
  end: number;
}

/** Decodes any media file to 16 kHz mono samples. `folder` takes intermediate files. */
export async function decode(
  file: string,
  folder: string,
  signal: AbortSignal,
): Promise<{ samples: Int16Array; rawFile: string }> {
  const rawFile = join(folder, 'decoded.raw');
  // prettier-ignore
  const args = [
    '-nostdin', '-hide_banner', '-loglevel', 'error', '-protocol_whitelist', 'file', '-i', file,
    '-map', '0:a:0', '-ac', '1', '-ar', String(SAMPLE_RATE), '-f', 's16le', rawFile,
  ];
  await run(ffmpeg.path, args, { signal }).catch((cause: unknown) => {
    if (signal.aborted) throw cause;
    throw new UndecodableMedia('ffmpeg cannot decode this', { cause });
  });
  const bytes = await readFile(rawFile);
  return {
    samples: new Int16Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / 2)),
    rawFile,
  };
}

/**
 * The stretches of sound between pauses, found by ffmpeg's silencedetect. Each begins and ends a
 * fixed margin around its first and last loud sample: the same sound gives the same samples
 * wherever in a recording it stands, which is what makes caching by content work for loops.
 */
export async function findChunks(
  samples: Int16Array,
  rawFile: string,
  signal: AbortSignal,
): Promise<Chunk[]> {
  const peak = loudest(samples, 0, samples.length);
  if (peak < SILENT_PEAK) return [];
  const threshold = peak / 10 ** (SILENCE_BELOW_PEAK_DB / 20);
  const chunks: Chunk[] = [];
  for (const { start, end } of await soundBetweenPauses(
    samples.length,
    rawFile,
    threshold,
    signal,
  )) {
    let first = start;
    let last = end - 1;
    while (first < last && Math.abs(samples[first] ?? 0) <= threshold) first += 1;
    while (last > first && Math.abs(samples[last] ?? 0) <= threshold) last -= 1;
    const trimmed = {
      start: Math.max(0, first - MARGIN_SAMPLES),
      end: Math.min(samples.length, last + MARGIN_SAMPLES),
    };
    if (last > first) chunks.push(...splitLong(samples, trimmed));
  }
  return chunks;
}

async function soundBetweenPauses(
  length: number,
  rawFile: string,
  threshold: number,
  signal: AbortSignal,
): Promise<Chunk[]> {
  const filter = `silencedetect=noise=${threshold / 32_768}:d=${PAUSE_SECONDS}`;
  // prettier-ignore
  const args = [
    '-nostdin', '-hide_banner', '-f', 's16le', '-ar', String(SAMPLE_RATE), '-ac', '1',
    '-i', rawFile, '-af', filter, '-f', 'null', '-',
  ];
  const { stderr } = await run(ffmpeg.path, args, { signal });
  const times = (name: string) =>
    [...stderr.matchAll(new RegExp(`${name}: (-?[\\d.]+)`, 'g'))].map(([, text]) =>
      Math.min(length, Math.max(0, Math.round(Number(text) * SAMPLE_RATE))),
    );
  const ends = times('silence_end');
  const cuts = times('silence_start').map((start, i) =>
    Math.floor((start + (ends[i] ?? length)) / 2),
  );
  return [0, ...cuts].map((start, i) => ({ start, end: cuts[i] ?? length }));
}

function splitLong(samples: Int16Array, { start, end }: Chunk): Chunk[] {
  if (end - start <= LONGEST_CHUNK * SAMPLE_RATE) return [{ start, end }];
  const step = SAMPLE_RATE / 50;
  let cut = start + EARLIEST_CUT * SAMPLE_RATE;
  let quietest = Infinity;
  for (let at = cut; at < start + LONGEST_CHUNK * SAMPLE_RATE; at += step) {
    const level = loudest(samples, at, at + 3 * step);
    if (level < quietest) {
      quietest = level;
      cut = at + step;
    }
  }
  return [{ start, end: cut }, ...splitLong(samples, { start: cut, end })];
}

function loudest(samples: Int16Array, start: number, end: number): number {
  let peak = 0;
  for (let at = start; at < end; at += 1) peak = Math.max(peak, Math.abs(samples[at] ?? 0));
  return peak;
}

/** Joins neighbours while together they stay below this length, in seconds. */
export function joinChunks(chunks: readonly Chunk[], seconds: number): Chunk[] {
  const joined: Chunk[] = [];
  for (const chunk of chunks) {
    const last = joined.at(-1);
    if (last && chunk.end - last.start <= seconds * SAMPLE_RATE) last.end = chunk.end;
    else joined.push({ ...chunk });
  }
  return joined;
}

/** Writes a chunk as a WAV file (RIFF, PCM, 44 bytes of header). */
export async function writeWav(file: string, samples: Int16Array): Promise<void> {
  const data = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  await writeFile(file, Buffer.concat([header, data]));
}
