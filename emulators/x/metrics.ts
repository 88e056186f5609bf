import { createHash } from 'node:crypto';
import { HOUR } from './clock.js';
import type { Tweet, XState } from './state.js';

export const METRICS = [
  'impression_count',
  'like_count',
  'retweet_count',
  'reply_count',
  'quote_count',
  'bookmark_count',
  'url_link_clicks',
  'user_profile_clicks',
] as const;

export type Metrics = Record<(typeof METRICS)[number], number>;

/**
 * A tweet's figures at this time. They grow towards an end that its id decides, fast at first; each
 * tweet of a thread is seen by a part of those who saw the one before. What was set is answered as set.
 */
export function metricsOf(state: XState, tweet: Tweet): Metrics {
  const impressions = Math.floor(reachOf(state, tweet) * grownPart(state, tweet));
  const share = (metric: string, low: number, high: number) =>
    Math.floor(impressions * between(low, high, tweet.id, metric));
  const grown: Metrics = {
    impression_count: impressions,
    like_count: share('like_count', 0.012, 0.045),
    retweet_count: share('retweet_count', 0.002, 0.008),
    reply_count: state.repliesTo(tweet.id) + share('reply_count', 0.001, 0.004),
    quote_count: share('quote_count', 0.0002, 0.001),
    bookmark_count: share('bookmark_count', 0.002, 0.01),
    url_link_clicks: share('url_link_clicks', 0.004, 0.02),
    user_profile_clicks: share('user_profile_clicks', 0.003, 0.012),
  };
  return { ...grown, ...tweet.metrics };
}

/** How many will have seen it in the end, whatever became of the tweets before it. */
function reachOf(state: XState, tweet: Tweet): number {
  const followers = state.account(tweet.authorId)?.followers ?? 0;
  const first = followers * between(0.8, 2.8, tweet.conversationId, 'reach');
  const later = [...tweet.ancestors, tweet.id].slice(1);
  return later.reduce((reach, id) => reach * between(0.62, 0.92, id, 'retention'), first);
}

/** 0 to 1; a thread's tweets grow at the same pace. */
function grownPart(state: XState, tweet: Tweet): number {
  const age = Math.max(0, state.clock.now() - tweet.createdAt);
  const pace = between(10 * HOUR, 30 * HOUR, tweet.conversationId, 'pace');
  return 1 - Math.exp(-age / pace);
}

/** Always the same for one seed, and spread evenly. */
function between(low: number, high: number, ...seed: string[]): number {
  const bits = createHash('sha256').update(seed.join(' ')).digest().readUInt32BE(0);
  return low + (high - low) * (bits / 2 ** 32);
}
