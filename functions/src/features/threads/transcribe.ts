import { z } from 'zod';
import { transcriptSchema } from '@quikthread/contract';
import type { Transcript } from '@quikthread/contract';
import type { Step } from '../../engine/types.js';
import { JobError } from '../../platform/errors.js';
import type { MediaObject } from '../../platform/media.js';
import type { Transcriber, Transcription } from '../../providers/types.js';
import type { ThreadJobInput } from './input.js';
import { requireObject } from './resolveMedia.js';
import type { ResolvedMedia } from './resolveMedia.js';
import { holdsSpeech } from './speech.js';

export interface TranscribeDependencies {
  readonly transcriber: Transcriber;
  /** A URL that the transcriber can read one generation of a Storage object by. */
  readonly mediaUrl: (object: MediaObject) => Promise<string>;
  readonly findObject: (storagePath: string) => Promise<MediaObject | null>;
}

/** Containers round their durations; nobody is refused for that. */
const DURATION_TOLERANCE_SECONDS = 1;

const speaker = z.int().nonnegative().nullable();
const seconds = z.number().nonnegative();

/** The result that the step keeps: a `Transcription`. */
export const transcriptionSchema = z.object({
  text: z.string(),
  language: z.string().nullable(),
  duration: seconds,
  confidence: z.number().min(0).max(1).nullable(),
  words: z.array(
    z.object({
      text: z.string(),
      start: seconds,
      end: seconds,
      confidence: z.number().min(0).max(1),
      speaker,
    }),
  ),
  paragraphs: z.array(z.object({ speaker, start: seconds, end: seconds, text: z.string() })),
});

/**
 * The step that turns the recording into words. Fails with `media_missing` where it is gone by now, with
 * `too_long` before the transcriber is paid where the length is known to exceed the job's bound, after it
 * otherwise, and with `no_speech` where too little is said. Publishes `artifacts/transcript` and the job's
 * duration. Word times can take megabytes, so the result is kept in Storage.
 */
export function transcribeStep(
  dependencies: TranscribeDependencies,
): Step<ThreadJobInput, { readonly resolve: ResolvedMedia }, Transcription> {
  return {
    name: 'transcribe',
    status: 'transcribing',
    progress: 25,
    keep: 'storage',
    timeoutSeconds: 300,
    maxAttempts: 4,
    result: transcriptionSchema,
    async run({ input, results, signal }) {
      const { storagePath, generation, duration } = results.resolve;
      refuseTooLong(duration, input.maxDuration);
      // Found by an attempt that may be days old: a retry comes after the recording was cleaned up.
      await requireObject(dependencies.findObject, { storagePath, generation });
      const url = await dependencies.mediaUrl({ storagePath, generation });
      const { transcriber } = dependencies;
      const transcription = await transcriber.transcribe({ url, language: input.language }, signal);
      refuseTooLong(transcription.duration, input.maxDuration);
      if (!holdsSpeech(transcription)) throw noSpeech();
      return transcription;
    },
    publish: (transcription, { jobId, userId }) => ({
      job: { duration: transcription.duration },
      documents: { 'artifacts/transcript': toTranscript(transcription, jobId, userId) },
    }),
  };
}

function refuseTooLong(duration: number, maxDuration: number): void {
  if (duration <= maxDuration + DURATION_TOLERANCE_SECONDS) return;
  const minutes = (length: number) => `${Math.ceil(length / 60)} minutes`;
  throw new JobError(
    'too_long',
    `The recording is ${minutes(duration)} long; your plan allows ${minutes(maxDuration)}.`,
    'never',
  );
}

function noSpeech(): JobError {
  return new JobError(
    'no_speech',
    'There is too little speech in the recording to write threads about.',
    'never',
  );
}

/** The document that the job's owner reads: without the words' times, which are many. */
function toTranscript(transcription: Transcription, jobId: string, userId: string): Transcript {
  const { text, language, duration, confidence, words, paragraphs } = transcription;
  const speakers = new Set(words.flatMap((word) => (word.speaker === null ? [] : [word.speaker])));
  return transcriptSchema.parse({
    userId,
    jobId,
    text,
    language,
    duration,
    wordCount: words.length,
    confidence,
    speakers: speakers.size,
    paragraphs,
  });
}
