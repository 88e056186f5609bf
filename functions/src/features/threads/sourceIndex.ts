import type { Transcription, Word } from '../../providers/types.js';
import { fold, foldedText, unspacedScript } from './fold.js';
import type { FoldedText, FoldedToken } from './fold.js';

/** A unit ends with a sentence, a turn, a pause of this many seconds, or this many words. */
const MAX_PAUSE_SECONDS = 1.2;
const MAX_UNIT_WORDS = 40;

/** Letters of a word that tell it from others; its endings are grammar. */
const STEM_LETTERS = 5;
/** Words of up to this many letters are mostly grammar, in any language with spaces. */
const WEAK_LETTERS = 3;
const WEAK_FACTOR = 0.2;

/** The longer words of English that say little about what a sentence is about. */
const commonEnglish = new Set(
  `about after also always because been before being both could does doing down each even ever every from
  going have having here into just like make many more most much must never only other over really should
  some something still such take than that thats their theirs them then there theres these they thing this
  those through under until very want well were what whats when where which while whom whose will with
  without would your youre yours`
    .split(/\s+/)
    .map(stem),
);

/** Words [from, to) of a transcript. */
export interface WordRange {
  readonly from: number;
  readonly to: number;
}

/** A transcript, ready to be searched for what a sentence rests on. */
export interface SourceIndex {
  readonly words: readonly Word[];
  readonly language: string | null;
  readonly transcript: FoldedText;
  /** Its sentences, or what comes nearest to them; each by one speaker. */
  readonly units: readonly WordRange[];
  /** The terms of each unit. */
  readonly terms: readonly ReadonlySet<string>[];
  /** For each term the units that hold it, ascending. */
  readonly postings: ReadonlyMap<string, readonly number[]>;
}

export function buildSourceIndex({ words, language }: Transcription): SourceIndex {
  const texts = words.map((word) => word.text);
  const transcript = foldedText(texts, language);
  const units = intoUnits(words);
  const terms = termsOfUnits(transcript, units);
  const postings = new Map<string, number[]>();
  terms.forEach((held, unit) => {
    for (const term of held) {
      const posting = postings.get(term);
      if (posting) posting.push(unit);
      else postings.set(term, [unit]);
    }
  });
  return { words, language, transcript, units, terms, postings };
}

function termsOfUnits({ tokens }: FoldedText, units: readonly WordRange[]): Set<string>[] {
  let at = 0;
  return units.map(({ to }) => {
    const first = at;
    while ((tokens[at]?.item ?? to) < to) at++;
    return toTerms(tokens.slice(first, at));
  });
}

function intoUnits(words: readonly Word[]): WordRange[] {
  const units: WordRange[] = [];
  let from = 0;
  words.forEach((word, at) => {
    const next = words[at + 1];
    const goesOn =
      next !== undefined &&
      next.speaker === word.speaker &&
      next.start - word.end <= MAX_PAUSE_SECONDS &&
      at + 1 - from < MAX_UNIT_WORDS &&
      !/[.!?。！？…]["'”’)」』]*$/u.test(word.text);
    if (goesOn) return;
    units.push({ from, to: at + 1 });
    from = at + 1;
  });
  return units;
}

/**
 * The distinct terms of a sentence: numbers whole, other words cut after five letters so that forms of one
 * word meet whatever the language ("trusting", "trust"), and in scripts without spaces pairs of characters.
 */
export function termsOf(sentence: string, language: string | null): Set<string> {
  return toTerms(fold([sentence], language));
}

function toTerms(tokens: readonly FoldedToken[]): Set<string> {
  const terms = new Set<string>();
  let previous = '';
  for (const { text } of tokens) {
    const unspaced = unspacedScript.test(text);
    if (!unspaced) terms.add(stem(text));
    else if (previous !== '') terms.add(previous + text);
    previous = unspaced ? text : '';
  }
  return terms;
}

function stem(word: string): string {
  if (/\p{N}/u.test(word)) return word;
  return (word.length > WEAK_LETTERS ? word.replace(/(?<!s)s$/, '') : word).slice(0, STEM_LETTERS);
}

/** Whether a term is rather grammar than content: short, or a common word of English. */
export function isWeak(term: string): boolean {
  if (/\p{N}/u.test(term) || unspacedScript.test(term)) return false;
  return term.length <= WEAK_LETTERS || commonEnglish.has(term);
}

/**
 * A term's inverse document frequency over the units: near 0 where it is in all of them, the most where it is
 * in one or none; weak terms get a fifth.
 */
export function weightOf(term: string, { units, postings }: SourceIndex): number {
  const frequency = postings.get(term)?.length ?? 1;
  const rarity = Math.log((units.length + 1) / (frequency + 0.5));
  return (isWeak(term) ? WEAK_FACTOR : 1) * Math.max(0, rarity);
}
