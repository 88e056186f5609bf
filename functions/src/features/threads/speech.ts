import type { Transcription } from '../../providers/types.js';

/** Five threads of five tweets need something to be about: 20 words are ten seconds of talk. */
const MIN_WORDS = 20;
/** A recogniser that hears a beat or a hum as speech gives the same few words again and again. */
const MIN_DISTINCT_WORDS = 10;
/** People speak 100 to 180 words a minute; below this a recording is mostly something else… */
const MIN_WORDS_PER_MINUTE = 20;
/** …unless the recogniser is sure of what it heard, as it is of clear words between long pauses. */
const SURE_CONFIDENCE = 0.6;

/**
 * Whether a transcription holds enough speech to write about. It does not where it has fewer than 20 words
 * or fewer than 10 different ones, or fewer than 20 a minute of recording at a mean confidence below 0.6:
 * silence, a stray remark, music. Marks such as "[music]" or "♪" are no words.
 */
export function holdsSpeech({ words, duration }: Transcription): boolean {
  const spoken = words.filter(
    ({ text }) => /\p{L}|\p{N}/u.test(text) && !/^[[(].*[\])]$/.test(text),
  );
  const distinct = new Set(
    spoken.map(({ text }) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')),
  );
  if (spoken.length < MIN_WORDS || distinct.size < MIN_DISTINCT_WORDS) return false;
  const perMinute = spoken.length / (Math.max(duration, 1) / 60);
  const confidence = spoken.reduce((sum, word) => sum + word.confidence, 0) / spoken.length;
  return perMinute >= MIN_WORDS_PER_MINUTE || confidence >= SURE_CONFIDENCE;
}
