import { fold } from './fold.js';
import type { FoldedText, TokenRange } from './fold.js';
import { quotations, withoutMarks } from './quotationMarks.js';

/** The most words that an ellipsis inside a quotation may stand for. */
const MAX_ELISION_TOKENS = 60;

/** Where an honest quotation leaves something out: dots, or brackets around the writer's own words. */
const elision = /\.{3,}|…|\[[^\]]*\]/;

/**
 * Where in the transcript a quoted phrase was said, part by part around ellipses, or null where it was not.
 * Compared are whole words, folded as `fold` says; a quotation of one word, scare quotes included, must
 * have been said like any other. One without any word (an emoji) claims nothing and is found nowhere and
 * everywhere: an empty list.
 */
export function findQuote(
  phrase: string,
  transcript: FoldedText,
  language: string | null,
): readonly TokenRange[] | null {
  const parts = phrase
    .split(elision)
    .map((part) => fold([part], language).map((token) => token.text))
    .filter((part) => part.length > 0);
  const [first, ...rest] = parts;
  if (!first) return [];
  let start = transcript.find(first);
  while (start) {
    const ranges = followedBy(start, rest, transcript);
    if (ranges) return ranges;
    start = transcript.find(first, start.from + 1);
  }
  return null;
}

function followedBy(
  start: TokenRange,
  rest: readonly (readonly string[])[],
  transcript: FoldedText,
): TokenRange[] | null {
  const ranges = [start];
  let end = start.to;
  for (const part of rest) {
    const range = transcript.find(part, end);
    if (!range || range.from - end > MAX_ELISION_TOKENS) return null;
    ranges.push(range);
    end = range.to;
  }
  return ranges;
}

/** The phrases that `text` puts in quotation marks and nobody said. */
export function inventedQuotes(
  text: string,
  transcript: FoldedText,
  language: string | null,
): string[] {
  return quotations(text)
    .map(({ phrase }) => phrase)
    .filter((phrase) => !findQuote(phrase, transcript, language));
}

/** `text` with the quotation marks gone from every phrase that nobody said, inner quotations included. */
export function withoutInventedQuotes(
  text: string,
  transcript: FoldedText,
  language: string | null,
): string {
  const invented = quotations(text).find(({ phrase }) => !findQuote(phrase, transcript, language));
  return invented
    ? withoutInventedQuotes(withoutMarks(text, invented), transcript, language)
    : text;
}
