import type { ItsFunction, SentenceImportance, WinkMethods } from 'wink-nlp';

/** A sentence of the recording, or a part of one, word for word. */
export interface Sentence {
  text: string;
  /** Its place in the recording. */
  position: number;
  /** 0 to 1: how much it says about the whole, by wink-nlp. */
  importance: number;
}

const SPEAKER_LABEL = /^Speaker \d+:\s*/gm;
const CLAUSE = /(?<=[,;:–—])\s+|\s+(?=(?:and|but|so|because|which|when|then|while|or)\s)/gi;

let loading: Promise<WinkMethods> | undefined;

/** The language model takes a third of a second to load, and only generation needs it. */
async function loadWink(): Promise<WinkMethods> {
  loading ??= Promise.all([import('wink-nlp'), import('wink-eng-lite-web-model')]).then(
    ([wink, model]) => wink.default(model.default),
  );
  return loading;
}

/** The transcript between its fences in the first prompt, or else the longest text there is. */
export function transcriptIn(texts: readonly string[]): string {
  const fenced = texts
    .map((text) => /^<transcript>$\n?([\s\S]*)^<\/transcript>$/m.exec(text)?.[1])
    .find((transcript) => transcript !== undefined);
  const longest = texts.reduce((a, b) => (b.length > a.length ? b : a), '');
  return (fenced ?? longest).replace(SPEAKER_LABEL, '').trim();
}

/**
 * The sentences of a transcript with their importance, in order. Sentences above `maxWeight` are
 * split at clauses or words, and so are the longest until there are `atLeast` (or only words left).
 */
export async function rankedSentences(
  transcript: string,
  atLeast: number,
  maxWeight: number,
): Promise<Sentence[]> {
  const nlp = await loadWink();
  // wink-nlp knows this function by its identity, so it must be passed on as it is.
  const its: ImportanceOut = nlp.its;
  const document = nlp.readDoc(transcript.replace(/\s+/g, ' '));
  const scores = document.out<SentenceImportance[]>(its.sentenceWiseImportance);
  const texts = document.sentences().out();
  const parts = texts.flatMap((text, i) =>
    splitLonger(text.trim(), maxWeight).map((part) => ({
      text: part,
      importance: importanceOf(scores, i),
    })),
  );
  splitUntil(parts, atLeast);
  return parts
    .filter(({ text }) => /[\p{L}\p{N}]/u.test(text))
    .map((part, position) => ({ ...part, position }));
}

interface ImportanceOut {
  readonly sentenceWiseImportance: ItsFunction<SentenceImportance[]>;
}

/** `out` is typed to give text for other helpers than this one. */
function importanceOf(scores: SentenceImportance[] | string, i: number): number {
  return typeof scores === 'string' ? 0 : (scores[i]?.importance ?? 0);
}

function splitLonger(text: string, maxWeight: number): string[] {
  if (weightOf(text) <= maxWeight) return [text];
  const halves = splitInTwo(text);
  return halves ? halves.flatMap((half) => splitLonger(half, maxWeight)) : [text];
}

function splitUntil(parts: { text: string; importance: number }[], atLeast: number): void {
  while (parts.length > 0 && parts.length < atLeast) {
    const longest = parts.reduce((a, b) => (b.text.length > a.text.length ? b : a));
    const halves = splitInTwo(longest.text);
    if (!halves) return;
    const { importance } = longest;
    parts.splice(parts.indexOf(longest), 1, ...halves.map((text) => ({ text, importance })));
  }
}

/** Cuts at the clause nearest to the middle, or else between two words. */
function splitInTwo(text: string): [string, string] | undefined {
  const clauses = [...text.matchAll(CLAUSE)].map(({ index }) => index);
  const segments = new Intl.Segmenter('en', { granularity: 'word' }).segment(text);
  const gaps = [...segments].map(({ index }) => index).filter((index) => index > 0);
  const middle = text.length / 2;
  const isInside = (index: number) => index > text.length / 6 && index < (text.length * 5) / 6;
  const candidates = clauses.some(isInside) ? clauses.filter(isInside) : gaps;
  for (const cut of candidates.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))) {
    const halves: [string, string] = [text.slice(0, cut).trim(), text.slice(cut).trim()];
    if (halves.every((half) => /[\p{L}\p{N}]/u.test(half))) return halves;
  }
  return undefined;
}

/** X's weighted length, near enough: 1 for Latin and its neighbours, 2 for the rest. */
export function weightOf(text: string): number {
  let weight = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    weight += point <= 0x10ff || (point >= 0x2000 && point <= 0x201f) ? 1 : 2;
  }
  return weight;
}
