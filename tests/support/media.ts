import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import { ROOT } from '../../scripts/platform/workspace.js';

const run = promisify(execFile);
const FOLDER = join(ROOT, '.cache/media');

/** The sample recording: two minutes and more of speech, mp3. */
export const SAMPLE = join(ROOT, 'samples/bread-stall.mp3');

/**
 * A file that ffmpeg makes of these arguments, made once and kept under its name in `.cache/media`:
 * a name must always go with the same arguments. The extension names the container.
 * @returns its path.
 */
export async function makeMedia(name: string, args: readonly string[]): Promise<string> {
  const file = join(FOLDER, name);
  if (existsSync(file)) return file;
  await mkdir(FOLDER, { recursive: true });
  // Under another name until it is whole: a run that was ended must not leave half a file.
  const unfinished = join(FOLDER, `unfinished-${process.pid}-${name}`);
  await run(ffmpeg.path, ['-nostdin', '-loglevel', 'error', '-y', ...args, unfinished]);
  await rename(unfinished, file);
  return file;
}

/** The sample recording in another container and codec, by ffmpeg's output arguments. */
export function convertSample(name: string, output: readonly string[]): Promise<string> {
  return makeMedia(name, ['-i', SAMPLE, ...output]);
}

/** A tone of that length, small but over the least size of an upload where it lasts 3 minutes or more. */
export function makeTone(seconds: number, extension: 'mp3' | 'm4a' | 'wav'): Promise<string> {
  const input = ['-f', 'lavfi', '-i', `sine=frequency=440:duration=${seconds}`];
  return makeMedia(`tone-${seconds}.${extension}`, [...input, '-b:a', '48k']);
}

/** 31 minutes of sound in eight bits, one more than the free plan allows: 15 MB, made in a moment. */
export function longRecording(): Promise<string> {
  const input = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=1860:sample_rate=8000'];
  return makeMedia('long-1860.wav', [...input, '-c:a', 'pcm_u8']);
}

/** A tone of so many minutes as mp3, at a rate so low that an hour is 7 MB and nine minutes are enough. */
export function recordingOf(minutes: number): Promise<string> {
  const input = ['-f', 'lavfi', '-i', `sine=frequency=440:duration=${minutes * 60}`];
  return makeMedia(`recording-${minutes}.mp3`, [...input, '-ar', '16000', '-b:a', '16k']);
}
