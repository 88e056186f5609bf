/** X's way of reading a text. Positions are UTF-16 offsets. */
export interface TweetText {
  /** Weighted characters: 280 fill a tweet. A URL counts 23, an emoji or a CJK character 2. */
  weightedLength(text: string): number;
  /** Where X would see a link, bare domains included, as [start, end) pairs in order. */
  urls(text: string): readonly (readonly [number, number])[];
  /** What X would take for a link, bare domains included, as it stands in the text, in order. */
  links(text: string): readonly string[];
}

/**
 * X's own published rules, by its library `twitter-text` (docs.x.com, "Counting characters"), loaded on
 * first use. The library is of 2020. Emoji sequences that came later count as their parts (🐦‍🔥 5 instead
 * of 2), never as less, which errs on the safe side and is left so. Domains under the few endings that came
 * later (.kids, .music) are no links to it.
 */
export async function loadTweetText(): Promise<TweetText> {
  const { default: twitterText } = await import('twitter-text');
  const urls: TweetText['urls'] = (text) =>
    twitterText.extractUrlsWithIndices(text).map(({ indices }) => indices);
  return {
    weightedLength: (text) => twitterText.parseTweet(text).weightedLength,
    urls,
    links: (text) => urls(text).map(([start, end]) => text.slice(start, end)),
  };
}

/** Control characters but line breaks and tabs, byte order marks, non-characters, halves of surrogate pairs. */
const refused = /[^\P{Cc}\n\r\t]|[\u{FEFF}\u{FFFE}\u{FFFF}]|\p{Cs}/gu;

/** Whether a text holds characters that X refuses or does not show. */
export function hasRefusedCharacters(text: string): boolean {
  return text.search(refused) !== -1;
}

/** The text without the characters that X refuses or does not show. */
export function withoutRefusedCharacters(text: string): string {
  return text.replace(refused, '');
}
