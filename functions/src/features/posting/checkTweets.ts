import { TWEET_MAX_WEIGHTED_LENGTH } from '@quikthread/contract';
import { invalidFields } from '../../platform/callable.js';
import { hasRefusedCharacters } from '../../platform/tweetText.js';
import type { TweetText } from '../../platform/tweetText.js';

/**
 * Refuses tweets that X would not take.
 * @throws CallError `invalid_input` that names each as `tweets.2`, counted from 0, with what is wrong
 */
export function checkTweets(tweets: readonly string[], tweetText: TweetText): void {
  const fields = tweets.flatMap((tweet, index) =>
    problemsOf(tweet, tweetText).map((problem) => ({ field: `tweets.${index}`, problem })),
  );
  if (fields.length > 0) throw invalidFields(fields);
}

function problemsOf(tweet: string, tweetText: TweetText): string[] {
  const length = tweetText.weightedLength(tweet);
  return [
    ...(length > TWEET_MAX_WEIGHTED_LENGTH
      ? [`is ${length} long by X's count, of ${TWEET_MAX_WEIGHTED_LENGTH} at most`]
      : []),
    ...(hasRefusedCharacters(tweet) ? ['has control characters, which X refuses'] : []),
  ];
}
