/** X's way of counting. Positions are UTF-16 offsets. */
export interface TweetText {
  /** Weighted characters: 280 fill a tweet. A URL counts 23, an emoji or a CJK character 2. */
  weightedLength(text: string): number;
  /** Where X would see a link, as [start, end) pairs. */
  urls(text: string): readonly (readonly [number, number])[];
}

/**
 * X's own published rules, by its library `twitter-text` (docs.x.com, "Counting characters"), loaded on
 * first use. The library is of 2020; what is wrong in it by now errs on the safe side and is left so: emoji
 * sequences that came later count as their parts (🐦‍🔥 5 instead of 2), never as less.
 */
export async function loadTweetText(): Promise<TweetText> {
  const { default: twitterText } = await import('twitter-text');
  return {
    weightedLength: (text) => twitterText.parseTweet(text).weightedLength,
    urls: (text) => twitterText.extractUrlsWithIndices(text).map(({ indices }) => indices),
  };
}
