/** Scripts written without spaces between words: each of their characters is a token of its own. */
const UNSPACED =
  '[\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}]';

export const unspacedScript = new RegExp(UNSPACED, 'u');

const tokenPattern = new RegExp(
  `${UNSPACED}\\p{M}*|(?:(?!${UNSPACED})[\\p{L}\\p{N}\\p{M}])+`,
  'gu',
);

/** Sounds of hesitation that are words of no major language. */
const FILLERS = [
  'uh',
  'uhh',
  'uhm',
  'umm',
  'erm',
  'hm',
  'hmm',
  'mm',
  'mhm',
  'äh',
  'ähm',
  'öhm',
  'euh',
];
/** Those of English that mean something elsewhere ("um" in German, "er" too). */
const ENGLISH_FILLERS = ['um', 'er', 'ah', 'you know', 'i mean'];

/** A word as it is compared: `text` folded, `item` the index of the text that it came from. */
export interface FoldedToken {
  readonly text: string;
  readonly item: number;
}

/**
 * The words of `texts` in order, with case, punctuation, apostrophes inside words, thousands separators
 * and filler words folded away, so that what sounds the same compares the same.
 * @param language BCP 47 tag; English fillers are left out where it is English or null.
 */
export function fold(texts: readonly string[], language: string | null): FoldedToken[] {
  const tokens = texts.flatMap((text, item) =>
    words(text).map((token): FoldedToken => ({ text: token, item })),
  );
  const english = language === null || /^en\b/i.test(language);
  const fillers = new Set(english ? [...FILLERS, ...ENGLISH_FILLERS] : FILLERS);
  const kept: FoldedToken[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const [token, next] = [tokens[i], tokens[i + 1]];
    if (!token || fillers.has(token.text)) continue;
    if (next && fillers.has(`${token.text} ${next.text}`)) i++;
    else kept.push(token);
  }
  return kept;
}

function words(text: string): string[] {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(?<=\p{L})['’ʼ](?=\p{L})/gu, '')
    .replace(/(?<=\d)[.,'’ ](?=\d{3}(?!\d))/g, '');
  return plain.match(tokenPattern) ?? [];
}

/** Tokens [from, to) of a folded text. */
export interface TokenRange {
  readonly from: number;
  readonly to: number;
}

/** A folded text that can be searched for runs of tokens. */
export interface FoldedText {
  readonly tokens: readonly FoldedToken[];
  /** The first place at or after token `from` where `phrase` stands word for word, or null. */
  find(phrase: readonly string[], from?: number): TokenRange | null;
}

export function foldedText(texts: readonly string[], language: string | null): FoldedText {
  const tokens = fold(texts, language);
  const starts: number[] = [];
  let joined = ' ';
  for (const { text } of tokens) {
    starts.push(joined.length);
    joined += `${text} `;
  }
  return {
    tokens,
    find(phrase, from = 0) {
      const start = starts[from];
      if (phrase.length === 0 || start === undefined) return null;
      const at = joined.indexOf(` ${phrase.join(' ')} `, start - 1);
      if (at < 0) return null;
      const first = indexOf(starts, at + 1);
      return { from: first, to: first + phrase.length };
    },
  };
}

/** The index of `value` in the ascending `sorted`, which holds it. */
function indexOf(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? value) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
