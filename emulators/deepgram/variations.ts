import { z } from 'zod';
import type { RawTranscript } from './transcribe.js';

/** Evenly spaced words of a given transcript take this long, in seconds. */
const WORD_SECONDS = 0.4;

const wordSchema = z.strictObject({
  /** As it is to be written, with case and punctuation. */
  word: z.string().min(1),
  /** Seconds; words without times are spaced evenly. */
  start: z.number().nonnegative().optional(),
  end: z.number().nonnegative().optional(),
  confidence: z.number().min(0).max(1).optional(),
});

/** What a fault's `answer` may be: the transcript that is answered, whatever the recording says. */
export const variationSchema = z.union([
  z.strictObject({ transcript: z.string() }),
  z.strictObject({ words: z.array(wordSchema) }),
]);

export type DeepgramVariation = z.infer<typeof variationSchema>;

/** The transcript that a variation asks for. */
export function givenTranscript(variation: DeepgramVariation): RawTranscript {
  const given =
    'words' in variation
      ? variation.words
      : (variation.transcript.match(/\S+/g) ?? []).map((word) => wordSchema.parse({ word }));
  const words = given.map((word, i) => {
    const start = word.start ?? i * WORD_SECONDS;
    return {
      word: word.word.toLowerCase().replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ''),
      punctuated: word.word,
      start,
      end: word.end ?? start + WORD_SECONDS,
      confidence: word.confidence ?? 0.99,
    };
  });
  return { duration: words.at(-1)?.end ?? 1, words, language: 'en' };
}
