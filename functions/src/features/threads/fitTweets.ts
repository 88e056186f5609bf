import {
  MAX_TWEETS,
  TWEET_MAX_WEIGHTED_LENGTH,
  TWEET_TARGET_WEIGHTED_LENGTH,
} from '@quikthread/contract';
import type { TweetText } from '../../platform/tweetText.js';
import { unspacedScript } from './fold.js';
import { carryQuotations } from './quotationMarks.js';

const ELLIPSIS = '…';
const sentenceSegmenter = new Intl.Segmenter(undefined, { granularity: 'sentence' });
const wordSegmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
const graphemeSegmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** A full stop after these ends no sentence. */
const abbreviation = /(?:^|[^\p{L}])(?:Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|vs|No|e\.g|i\.e|\p{Lu})\.\s+$/u;

/**
 * The tweets of a thread, at most eight and none over 280 weighted characters.
 *
 * One that is too long becomes several, cut between sentences to at most 270 each, as long as the thread
 * has room; without room it ends after its last whole sentence that fits, or, where that would lose more
 * than half or a sentence itself is too long, after the last whole word, with an ellipsis. A cut never
 * falls inside a word, a URL or a grapheme; only a single word longer than a tweet is cut between two
 * graphemes. Of more than eight tweets the last ones before the closing tweet go.
 */
export function fitTweets(tweets: readonly string[], measure: TweetText): string[] {
  const kept =
    tweets.length > MAX_TWEETS
      ? tweets.toSpliced(MAX_TWEETS - 1, tweets.length - MAX_TWEETS)
      : tweets;
  let room = MAX_TWEETS - kept.length;
  return kept.flatMap((tweet) => {
    if (measure.weightedLength(tweet) <= TWEET_MAX_WEIGHTED_LENGTH) return [tweet];
    const pieces = intoPieces(tweet, room + 1, measure);
    room -= pieces.length - 1;
    return carryQuotations(pieces);
  });
}

function fits(text: string, measure: TweetText): boolean {
  return measure.weightedLength(text) <= TWEET_TARGET_WEIGHTED_LENGTH;
}

/** At most `limit` pieces of whole sentences; what does not go in is lost. */
function intoPieces(tweet: string, limit: number, measure: TweetText): string[] {
  const pieces: string[] = [];
  let rest = tweet.trim();
  while (rest !== '' && pieces.length < limit) {
    const whole = wholeSentences(rest, measure);
    const last = pieces.length === limit - 1;
    const loses = last && whole.length < rest.length;
    const tooLittle = measure.weightedLength(whole) < TWEET_TARGET_WEIGHTED_LENGTH / 2;
    if (whole === '' || (loses && tooLittle)) {
      pieces.push(shortened(rest, measure));
      // Of a sentence longer than a tweet the end is lost; what follows it is not.
      rest = whole === '' ? rest.slice(sentenceEnds(rest, measure)[0] ?? rest.length).trim() : '';
    } else {
      pieces.push(whole.trim());
      rest = rest.slice(whole.length).trim();
    }
  }
  return pieces;
}

/** The longest beginning of `text` that is whole sentences and fits, or ''. */
function wholeSentences(text: string, measure: TweetText): string {
  let whole = '';
  for (const end of sentenceEnds(text, measure)) {
    const candidate = text.slice(0, end);
    if (!fits(candidate.trim(), measure)) break;
    whole = candidate;
  }
  return whole;
}

/** Where sentences end, by Unicode's rules, but neither inside a URL nor after an abbreviation. */
function sentenceEnds(text: string, measure: TweetText): number[] {
  const urls = measure.urls(text);
  const ends = [...sentenceSegmenter.segment(text)].map(
    ({ index, segment }) => index + segment.length,
  );
  return ends.filter(
    (end) =>
      end === text.length ||
      (!urls.some(([start, stop]) => start < end && end < stop) &&
        /[\s。！？｡…」』）]/u.test(text.charAt(end - 1)) &&
        !abbreviation.test(text.slice(0, end))),
  );
}

/** The longest beginning of `text` that fits with an ellipsis after it, cut as gently as it can be. */
function shortened(text: string, measure: TweetText): string {
  const urls = measure.urls(text);
  const graphemes = boundaries(graphemeSegmenter, text).filter(
    (at) => !urls.some(([start, stop]) => start < at && at < stop),
  );
  const between = new Set(boundaries(wordSegmenter, text));
  const words = graphemes.filter((at) => between.has(at) && partsWords(text, at));
  const cut = (at: number) =>
    withEllipsis(
      text.slice(0, at),
      urls.some(([, stop]) => stop === at),
    );
  return longestFitting(words, cut, measure) ?? longestFitting(graphemes, cut, measure) ?? ELLIPSIS;
}

function boundaries(segmenter: Intl.Segmenter, text: string): number[] {
  return [...segmenter.segment(text)].map(({ index, segment }) => index + segment.length);
}

/** Whether a word's boundary is one that readers see: at a space, an emoji, or in a script without spaces. */
function partsWords(text: string, at: number): boolean {
  const before = Array.from(text.slice(Math.max(0, at - 2), at)).at(-1) ?? '';
  const after = String.fromCodePoint(text.codePointAt(at) ?? 32);
  return [before, after].some(
    (character) =>
      /\s|\p{Extended_Pictographic}/u.test(character) || unspacedScript.test(character),
  );
}

function withEllipsis(beginning: string, endsInUrl: boolean): string {
  const text = beginning.trimEnd();
  if (endsInUrl) return `${text} ${ELLIPSIS}`;
  return /[.!?。！？…]$/u.test(text) ? text : text.replace(/[,;:、，；：–—-]+$/u, '') + ELLIPSIS;
}

/** The last of the ascending `cuts` whose text fits, by bisection; null where not even the first does. */
function longestFitting(
  cuts: readonly number[],
  textOf: (cut: number) => string,
  measure: TweetText,
): string | null {
  let best: string | null = null;
  let [low, high] = [0, cuts.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const text = textOf(cuts[middle] ?? 0);
    if (fits(text, measure)) {
      best = text;
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return best;
}
