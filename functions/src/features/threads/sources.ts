import type { SourceRange } from '@quikthread/contract';
import type { Transcription, Word } from '../../providers/types.js';
import { fold } from './fold.js';
import type { TokenRange } from './fold.js';
import { quotations } from './quotationMarks.js';
import { findQuote } from './quotes.js';
import { buildSourceIndex, isWeak, termsOf, weightOf } from './sourceIndex.js';
import type { SourceIndex, WordRange } from './sourceIndex.js';

/** The share of a sentence's weight that a passage must hold to be its source… */
const MIN_COVERAGE = 0.5;
/** …with at least this many terms of content in common, since one is chance, and one more a further unit… */
const MIN_CONTENT_TERMS = 2;
/** …unless the sentence repeats the passage nearly word for word, in this many words. */
const NEAR_VERBATIM_COVERAGE = 0.8;
const NEAR_VERBATIM_TERMS = 5;
/** A sentence of at least this many words that was said word for word needs no weighing. */
const VERBATIM_TOKENS = 4;

/** The most neighbouring units that one passage spans. */
const MAX_PASSAGE_UNITS = 3;
/** How much more of a sentence a further unit must cover to belong to the passage. */
const MIN_GAIN = 0.1;
/** How many of the best single units are tried as part of a passage. */
const SEEDS = 5;

/** Ranges of one speaker no further apart than this, in seconds, are one. */
const MERGE_GAP_SECONDS = 2;

/**
 * A function that tells, for each tweet, the stretches of the recording that it rests on: in order, by one
 * speaker each, neighbouring ones of a speaker merged, and none where nothing matches well enough.
 *
 * Method: what the tweet quotes is looked up word for word, and so are its sentences of four words and more.
 * Any other sentence is compared with every passage of one to three neighbouring sentences of the transcript:
 * its terms (words cut to five letters, fillers left out) are weighted by how rare they are in the transcript
 * (idf; words of grammar a fifth), and the passage that holds the largest share of that weight wins, shorter
 * ones first. It counts from a share of 0.5 with two terms of content (three or four in passages of two or
 * three sentences), or, near verbatim, from 0.8 with any five terms. In the spec's recording, whose script is
 * known, paraphrases reach 0.63 to 1, and sentences about something else 0.45 at most or too few terms.
 */
export function sourceFinder(transcription: Transcription): (tweet: string) => SourceRange[] {
  const index = buildSourceIndex(transcription);
  return (tweet) => {
    const passages = [...quotedPassages(tweet, index), ...toldPassages(tweet, index)];
    return mergeRanges(passages.flatMap((passage) => toRanges(passage, index.words)));
  };
}

function quotedPassages(tweet: string, index: SourceIndex): WordRange[] {
  return quotations(tweet).flatMap(({ phrase }) =>
    (findQuote(phrase, index.transcript, index.language) ?? []).map((range) =>
      toWords(range, index),
    ),
  );
}

/** The words that tokens [from, to) of the folded transcript came from. */
function toWords({ from, to }: TokenRange, { transcript: { tokens } }: SourceIndex): WordRange {
  return { from: tokens[from]?.item ?? 0, to: (tokens[to - 1]?.item ?? -1) + 1 };
}

function verbatimPassage(sentence: string, index: SourceIndex): WordRange | null {
  const tokens = fold([sentence], index.language).map(({ text }) => text);
  const range = tokens.length < VERBATIM_TOKENS ? null : index.transcript.find(tokens);
  return range && toWords(range, index);
}

const sentenceSegmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });

function toldPassages(tweet: string, index: SourceIndex): WordRange[] {
  return [...sentenceSegmenter.segment(tweet)].flatMap(({ segment }) => {
    const verbatim = verbatimPassage(segment, index);
    if (verbatim) return [verbatim];
    const passage = bestPassage(termsOf(segment, index.language), index);
    return passage && isSource(passage) ? index.units.slice(passage.from, passage.to) : [];
  });
}

/** Units [from, to) and the sentence's terms that they hold, with their share of its weight. */
interface Passage extends WordRange {
  readonly terms: readonly string[];
  readonly coverage: number;
}

function isSource({ from, to, terms, coverage }: Passage): boolean {
  const content = terms.filter((term) => !isWeak(term)).length;
  return (
    (coverage >= MIN_COVERAGE && content >= MIN_CONTENT_TERMS + to - from - 1) ||
    (coverage >= NEAR_VERBATIM_COVERAGE && terms.length >= NEAR_VERBATIM_TERMS)
  );
}

function bestPassage(sentence: ReadonlySet<string>, index: SourceIndex): Passage | null {
  const weights = new Map([...sentence].map((term) => [term, weightOf(term, index)]));
  const total = weigh(sentence, weights);
  let best: { passage: Passage; score: number } | null = null;
  for (const { from, to } of seeds(weights, index).flatMap((unit) => passagesAround(unit, index))) {
    const units = index.terms.slice(from, to);
    const terms = [...sentence].filter((term) => units.some((held) => held.has(term)));
    const coverage = weigh(terms, weights) / total;
    const score = coverage - MIN_GAIN * (to - from - 1);
    if (!best || score > best.score) best = { passage: { from, to, terms, coverage }, score };
  }
  return best?.passage ?? null;
}

/** The units that hold the most of the sentence's content; grammar is in all of them and tells none apart. */
function seeds(weights: ReadonlyMap<string, number>, { postings }: SourceIndex): number[] {
  const scores = new Map<number, number>();
  for (const [term, weight] of weights) {
    if (isWeak(term)) continue;
    for (const unit of postings.get(term) ?? []) {
      scores.set(unit, (scores.get(unit) ?? 0) + weight);
    }
  }
  const ranked = [...scores].sort(([, a], [, b]) => b - a);
  return ranked.slice(0, SEEDS).map(([unit]) => unit);
}

function weigh(terms: Iterable<string>, weights: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const term of terms) total += weights.get(term) ?? 0;
  return total;
}

/** Every passage that holds the unit, as units [from, to), the shortest first. */
function passagesAround(unit: number, { units }: SourceIndex): WordRange[] {
  const passages: WordRange[] = [];
  for (let length = 1; length <= MAX_PASSAGE_UNITS; length++) {
    for (let from = Math.max(0, unit - length + 1); from <= unit; from++) {
      if (from + length <= units.length) passages.push({ from, to: from + length });
    }
  }
  return passages;
}

/** One range for each run of a speaker's words in the passage. */
function toRanges({ from, to }: WordRange, words: readonly Word[]): SourceRange[] {
  const ranges: SourceRange[] = [];
  for (const { start, end, speaker } of words.slice(from, to)) {
    const last = ranges.at(-1);
    if (last?.speaker === speaker) ranges[ranges.length - 1] = { ...last, end };
    else ranges.push({ start, end, speaker });
  }
  return ranges;
}

function mergeRanges(ranges: readonly SourceRange[]): SourceRange[] {
  const merged: SourceRange[] = [];
  for (const range of ranges.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = merged.at(-1);
    if (last?.speaker === range.speaker && range.start - last.end <= MERGE_GAP_SECONDS) {
      merged[merged.length - 1] = { ...last, end: Math.max(last.end, range.end) };
    } else {
      merged.push(range);
    }
  }
  return merged;
}
