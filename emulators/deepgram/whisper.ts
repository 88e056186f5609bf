import { readFile, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { Recogniser, Recognition, RecognisedWord, RecogniseOptions } from './types.js';
import { canUse, findOnPath, run } from '../programs/run.js';

const modelFolders = () => [
  join(homedir(), '.cache/whisper.cpp'),
  join(homedir(), 'whisper.cpp/models'),
  '/usr/share/whisper.cpp/models',
  '/usr/local/share/whisper.cpp/models',
];

/** Below this mean probability a segment is taken for what whisper makes of noise. */
const MIN_SEGMENT_PROBABILITY = 0.4;

/** whisper.cpp's whisper-cli, with the model in WHISPER_MODEL or one in a usual folder. */
export async function findWhisper(): Promise<Recogniser | undefined> {
  const program = await findOnPath('whisper-cli');
  const model = program && (await findModel());
  if (!program || !model) return undefined;
  return {
    id: `whisper-${basename(model, '.bin')}-1`,
    // Whisper always computes on windows of 30 s: many short chunks would cost one window each.
    joinSeconds: 25,
    recognise: (files, options) => recognise(program, model, files, options),
  };
}

async function findModel(): Promise<string | undefined> {
  const named = process.env.WHISPER_MODEL;
  if (named !== undefined) return (await canUse(named)) ? named : undefined;
  for (const folder of modelFolders()) {
    const files = await readdir(folder).catch(() => []);
    const model = files.filter((file) => /^ggml-(?!silero).*\.bin$/.test(file)).sort()[0];
    if (model !== undefined) return join(folder, model);
  }
  return undefined;
}

async function recognise(
  program: string,
  model: string,
  files: readonly string[],
  { language, signal }: RecogniseOptions,
): Promise<Recognition[]> {
  const inputs = files.flatMap((file) => ['-f', file]);
  const spoken = language === 'auto' ? 'auto' : (language.split('-')[0] ?? 'en');
  const options = ['-l', spoken, '-t', '1', '--output-json-full', '--no-prints'];
  await run(program, ['-m', model, ...options, ...inputs], { signal });
  return Promise.all(
    files.map(async (file) => parseWhisperJson(await readFile(`${file}.json`, 'utf8'))),
  );
}

/** What `whisper-cli --output-json-full` writes (whisper.cpp, examples/cli: output_json). */
const outputSchema = z.object({
  result: z.object({ language: z.string() }),
  transcription: z.array(
    z.object({
      tokens: z.array(
        z.object({
          text: z.string(),
          p: z.number(),
          /** Milliseconds. */
          offsets: z.object({ from: z.number(), to: z.number() }),
        }),
      ),
    }),
  ),
});

/** Joins whisper's tokens to words; drops its hallucinations on noise. */
export function parseWhisperJson(json: string): Recognition {
  const { result, transcription } = outputSchema.parse(JSON.parse(json));
  const words = transcription.flatMap(({ tokens }) => {
    const spoken = tokens.filter(({ text }) => !text.startsWith('[_'));
    const probability = spoken.reduce((sum, { p }) => sum + p, 0) / Math.max(1, spoken.length);
    const text = spoken.map((token) => token.text).join('');
    const isSound = /^\s*[[(*♪].*[\])*♪]\s*$/.test(text);
    return isSound || probability < MIN_SEGMENT_PROBABILITY ? [] : joinTokens(spoken);
  });
  return { words: words.filter(({ word }) => word !== ''), language: result.language };
}

type Token = z.infer<typeof outputSchema>['transcription'][number]['tokens'][number];

/** A token that begins with a space begins a word. */
function joinTokens(tokens: readonly Token[]): RecognisedWord[] {
  const groups: Token[][] = [];
  for (const token of tokens) {
    if (token.text.startsWith(' ') || groups.length === 0) groups.push([token]);
    else groups.at(-1)?.push(token);
  }
  return groups.map((group) => {
    const punctuated = group
      .map(({ text }) => text)
      .join('')
      .trim();
    return {
      word: punctuated.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ''),
      punctuated,
      start: (group[0]?.offsets.from ?? 0) / 1000,
      end: (group.at(-1)?.offsets.to ?? 0) / 1000,
      confidence: Math.min(...group.map(({ p }) => p)),
    };
  });
}
