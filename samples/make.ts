import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ffmpeg from '@ffmpeg-installer/ffmpeg';

/**
 * Makes every sample recording from the script beside it: `npx tsx samples/make.ts`.
 * Needs the Debian package flite, a speech synthesiser; installs nothing. The voice `slt` is the
 * one of flite's that pocketsphinx understands best.
 */

const run = promisify(execFile);
const SAMPLES = ['bread-stall'];
/** The smallest upload that the product takes, and a size that is still kind to a repository. */
const MIN_BYTES = 1024 * 1024;
const MAX_BYTES = 4 * 1024 * 1024;

async function make(name: string): Promise<void> {
  const script = join(import.meta.dirname, `${name}.txt`);
  const recording = join(import.meta.dirname, `${name}.mp3`);
  const workDir = await mkdtemp(join(tmpdir(), 'samples-'));
  try {
    const speech = join(workDir, 'speech.wav');
    await run('flite', ['-voice', 'slt', '-f', script, '-o', speech]);
    // bitexact leaves the encoder's name and version out of the file.
    // prettier-ignore
    await run(ffmpeg.path, [
      '-nostdin', '-loglevel', 'error', '-y', '-i', speech,
      '-c:a', 'libmp3lame', '-b:a', '96k', '-fflags', '+bitexact', recording,
    ]);
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
  const { size } = await stat(recording);
  if (size <= MIN_BYTES || size >= MAX_BYTES) {
    throw new Error(`${recording} has ${size} bytes, not between ${MIN_BYTES} and ${MAX_BYTES}`);
  }
  const words = (await readFile(script, 'utf8')).split(/\s+/).length;
  console.log(`${recording}: ${words} words, ${size} bytes`);
}

try {
  for (const name of SAMPLES) await make(name);
} catch (error) {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  console.error(isMissing ? 'flite is missing: apt-get install flite' : error);
  process.exitCode = 1;
}
