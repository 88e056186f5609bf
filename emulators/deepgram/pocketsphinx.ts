import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Recogniser, Recognition, RecognisedWord, RecogniseOptions } from './types.js';
import { canUse, findOnPath, run } from '../programs/run.js';

const MODEL_FOLDERS = ['/usr/share/pocketsphinx/model', '/usr/local/share/pocketsphinx/model'];
const FRAMES_PER_SECOND = 100;

/**
 * Below these a chunk is taken for noise or music. Measured on ten-second clips: speech (six
 * synthetic voices, with and without a bed of noise or music) has 1.4 to 3.8 words a second and no
 * frames in noise models; tone sequences and chords have 0 to 0.7 words a second, or a third of
 * their frames in words.
 */
const MIN_WORDS_PER_SECOND = 1;
const MIN_WORD_SHARE = 0.6;
/** Too short a chunk for a rate to mean anything, in seconds. */
const RATE_NEEDS_SECONDS = 3;

/**
 * pocketsphinx (Debian: pocketsphinx, pocketsphinx-en-us) with its US English model. Its batch
 * program normalises a whole utterance at once, which hears more words right than
 * pocketsphinx_continuous does.
 */
export async function findPocketsphinx(): Promise<Recogniser | undefined> {
  const program = await findOnPath('pocketsphinx_batch');
  if (program === undefined) return undefined;
  for (const folder of MODEL_FOLDERS) {
    const model = join(folder, 'en-us');
    if (await canUse(join(model, 'en-us.lm.bin'))) {
      return {
        id: 'pocketsphinx-en-us-2',
        joinSeconds: 0,
        recognise: (files, options) => recognise(program, model, files, options),
      };
    }
  }
  return undefined;
}

async function recognise(
  program: string,
  model: string,
  files: readonly string[],
  { signal }: RecogniseOptions,
): Promise<Recognition[]> {
  const [first] = files;
  if (first === undefined) return [];
  const control = `${first}.ctl`;
  const segments = `${first}.seg`;
  await writeFile(control, files.map((file) => `${basename(file, '.wav')}\n`).join(''));
  await run(
    program,
    // prettier-ignore
    [
      '-hmm', join(model, 'en-us'), '-lm', join(model, 'en-us.lm.bin'),
      '-dict', join(model, 'cmudict-en-us.dict'),
      '-cepdir', dirname(first), '-cepext', '.wav', '-adcin', 'yes', '-adchdr', '44',
      '-ctl', control, '-hypseg', segments, '-hyp', '/dev/null', '-logfn', '/dev/null',
      '-cmn', 'batch', '-remove_silence', 'no', '-maxhmmpf', '5000',
    ],
    { signal },
  );
  const byName = new Map<string, RecognisedWord[]>();
  for (const line of (await readFile(segments, 'utf8')).split('\n')) {
    byName.set(line.slice(0, line.indexOf(' ')), wordsOfSegmentation(line));
  }
  return files.map((file) => ({ words: byName.get(basename(file, '.wav')) ?? [], language: 'en' }));
}

/**
 * The words of one line of `-hypseg` output: `name S n T score A score L score`, then
 * `startFrame acousticScore languageScore word` for each segment, then the last frame. Empty where
 * the chunk does not look like speech.
 */
export function wordsOfSegmentation(line: string): RecognisedWord[] {
  const fields = line.trim().split(/\s+/).slice(9);
  const lastFrame = Number(fields.at(-1) ?? 0);
  const words: RecognisedWord[] = [];
  let noiseFrames = 0;
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [start = '0', acoustic = '0', , token = ''] = fields.slice(at, at + 4);
    const from = Number(start);
    const to = Number(fields[at + 4] ?? lastFrame);
    if (isNoise(token)) noiseFrames += to - from;
    else if (!token.startsWith('<') && to > from) {
      words.push({
        word: token.replace(/\(\d+\)$/, ''),
        start: from / FRAMES_PER_SECOND,
        end: to / FRAMES_PER_SECOND,
        confidence: confidenceOf(Number(acoustic) / (to - from)),
      });
    }
  }
  return isSpeech(words, noiseFrames, lastFrame) ? words : [];
}

const isNoise = (token: string) => token.startsWith('[') || token.startsWith('+');

function isSpeech(words: readonly RecognisedWord[], noiseFrames: number, frames: number): boolean {
  const seconds = frames / FRAMES_PER_SECOND;
  const wordFrames =
    words.reduce((sum, { start, end }) => sum + end - start, 0) * FRAMES_PER_SECOND;
  if (wordFrames < MIN_WORD_SHARE * (wordFrames + noiseFrames)) return false;
  return seconds < RATE_NEEDS_SECONDS || words.length >= MIN_WORDS_PER_SECOND * seconds;
}

/**
 * The batch program has no posterior probabilities; this maps a word's acoustic score a frame
 * (about -27000 for a clear voice, -53000 for one that is hardly understood) to 0.2 to 0.99.
 */
function confidenceOf(scorePerFrame: number): number {
  const scaled = 1.15 + scorePerFrame / 90_000;
  return Math.round(Math.min(0.99, Math.max(0.2, scaled)) * 1000) / 1000;
}
