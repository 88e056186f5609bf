import { z } from 'zod';
import { THREADS_PER_JOB, threadSchema } from '@quikthread/contract';
import type { Thread } from '@quikthread/contract';
import type { Step } from '../../engine/types.js';
import { JobError } from '../../platform/errors.js';
import { loadTweetText } from '../../platform/tweetText.js';
import type { TextModel, TextModelRequest, Transcription } from '../../providers/types.js';
import { answerResponseSchema, parseAnswer } from './answer.js';
import type { Draft } from './answer.js';
import { foldedText } from './fold.js';
import type { ThreadJobInput } from './input.js';
import { mend } from './mend.js';
import { findProblems } from './problems.js';
import type { Standard } from './problems.js';
import { SYSTEM_PROMPT, repairPrompt, transcriptPrompt } from './prompt.js';
import { sourceFinder } from './sources.js';

/**
 * Enough for the longest answer asked for, five threads of eight tweets of 280 characters: in English 40
 * times 280 characters at four a token are 2,800 tokens, already more than 2,000; in scripts such as
 * Devanagari, which X counts as one and a token holds one or two of, up to 11,200, with hooks and JSON some
 * 14,000. Models that think count that in: another 8,000. What is not used costs nothing.
 */
export const MAX_OUTPUT_TOKENS = 22_000;

export interface GenerateDependencies {
  readonly textModel: TextModel;
}

const resultSchema = z.object({ threads: z.array(threadSchema).length(THREADS_PER_JOB) });

/**
 * The step that writes five threads from the transcript. An answer with anything wrong in it is sent back
 * once, with each problem named; what is still wrong then is mended in code, without inventing anything,
 * and an answer that cannot be mended is `generation_invalid`. Every tweet gets its sources in the
 * recording. Two requests at most an attempt; publishes the threads.
 */
export function generateStep(
  dependencies: GenerateDependencies,
): Step<ThreadJobInput, { readonly transcribe: Transcription }, { readonly threads: Thread[] }> {
  return {
    name: 'generate',
    status: 'generating',
    progress: 75,
    keep: 'document',
    timeoutSeconds: 150,
    maxAttempts: 4,
    result: resultSchema,
    async run({ results, signal }) {
      const transcription = results.transcribe;
      const standard = await standardFor(transcription);
      const drafts = await writeDrafts(dependencies.textModel, transcription, standard, signal);
      return { threads: withSources(drafts, transcription) };
    },
    publish: ({ threads }) => ({ job: { threads } }),
  };
}

async function standardFor({ words, language }: Transcription): Promise<Standard> {
  const transcript = foldedText(
    words.map((word) => word.text),
    language,
  );
  return { transcript, language, measure: await loadTweetText() };
}

async function writeDrafts(
  model: TextModel,
  transcription: Transcription,
  standard: Standard,
  signal: AbortSignal,
): Promise<Draft[]> {
  const request = firstRequest(transcription);
  const answer = await model.generate(request, signal);
  const drafts = parseAnswer(answer);
  const problems = findProblems(drafts, standard);
  const firstMended = drafts && mend(drafts, standard);
  if (problems.length === 0 && firstMended) return firstMended;

  const repaired = await repair(model, request, answer, problems, signal, firstMended !== null);
  const mended = (repaired && mend(repaired, standard)) ?? firstMended;
  if (!mended) throw invalid(problems.length);
  return mended;
}

/** The repaired drafts, if they can be read. An error in asking matters only where there is nothing yet. */
async function repair(
  model: TextModel,
  request: TextModelRequest,
  answer: string,
  problems: readonly string[],
  signal: AbortSignal,
  canDoWithout: boolean,
): Promise<Draft[] | null> {
  const turns = [
    ...request.turns,
    { role: 'model' as const, text: answer },
    { role: 'user' as const, text: repairPrompt(problems) },
  ];
  try {
    return parseAnswer(await model.generate({ ...request, turns }, signal));
  } catch (error) {
    signal.throwIfAborted();
    if (canDoWithout && error instanceof JobError) return null;
    throw error;
  }
}

function firstRequest(transcription: Transcription): TextModelRequest {
  return {
    system: SYSTEM_PROMPT,
    turns: [{ role: 'user', text: transcriptPrompt(transcription) }],
    responseSchema: answerResponseSchema(),
    maxOutputTokens: MAX_OUTPUT_TOKENS,
  };
}

function withSources(drafts: readonly Draft[], transcription: Transcription): Thread[] {
  const sourcesOf = sourceFinder(transcription);
  return drafts.map(({ hook, tweets }, index) => ({
    threadNumber: index + 1,
    hook,
    tweets,
    sources: tweets.map((tweet) => ({ ranges: sourcesOf(tweet) })),
    editedTweets: null,
  }));
}

function invalid(problems: number): JobError {
  return new JobError(
    'generation_invalid',
    'The service that writes threads gave no usable answer. Please try again.',
    'later',
    { cause: new Error(`unusable after a repair request that named ${problems} problems`) },
  );
}
