import { z } from 'zod';
import { problemType } from './errors.js';
import { idSchema } from './tweets.js';
import type { XMetrics } from './types.js';

const count = z.int().nonnegative();

/** docs.x.com/x-api/fundamentals/metrics. Link clicks are there for tweets that have a link. */
const privateSchema = z.object({
  url_link_clicks: count.optional(),
  user_profile_clicks: count.optional(),
  engagements: count.optional(),
});

const tweetSchema = z.object({
  id: idSchema,
  public_metrics: z.object({
    impression_count: count,
    like_count: count,
    retweet_count: count,
    reply_count: count,
    bookmark_count: count,
    quote_count: count,
  }),
  non_public_metrics: privateSchema.optional(),
  organic_metrics: privateSchema.optional(),
});

/** A partial error beside a 200: of a whole tweet, or of one field of it. */
const partialErrorSchema = z.object({
  type: z.string().optional(),
  resource_id: z.string().optional(),
  value: z.string().optional(),
});

/** The answer of a look-up of tweets by their ids. */
export const lookupSchema = z
  .object({
    data: z.array(tweetSchema).default([]),
    errors: z.array(partialErrorSchema).default([]),
  })
  .refine(({ data, errors }) => data.length + errors.length > 0, 'neither tweets nor errors');
type Lookup = z.infer<typeof lookupSchema>;

/** What to ask of X for `lookupSchema`. */
export function metricFields(withPrivate: boolean): string {
  return withPrivate ? 'public_metrics,non_public_metrics,organic_metrics' : 'public_metrics';
}

/** What a look-up told of each tweet. */
export interface MetricsAnswer {
  readonly found: readonly XMetrics[];
  /** Deleted, or hidden from this account. */
  readonly missing: readonly string[];
  /** Left out for their private metrics' sake, though they may be there. */
  readonly withheld: readonly string[];
}

/** Sorts an answer by what became of each of the tweets asked for. */
export function toMetricsAnswer(answer: Lookup, tweetIds: readonly string[]): MetricsAnswer {
  const found = answer.data.map(toMetrics);
  const foundIds = new Set(found.map(({ tweetId }) => tweetId));
  const errorTypes = new Map<string, string | null>();
  for (const { resource_id, value, type } of answer.errors) {
    errorTypes.set(resource_id ?? value ?? '', problemType(type));
  }
  const failed = (...types: readonly string[]) =>
    tweetIds.filter((id) => !foundIds.has(id) && types.includes(errorTypes.get(id) ?? ''));
  return {
    found,
    missing: failed('resource-not-found', 'not-authorized-for-resource'),
    withheld: failed('not-authorized-for-field'),
  };
}

function toMetrics(tweet: z.infer<typeof tweetSchema>): XMetrics {
  const { public_metrics, non_public_metrics, organic_metrics } = tweet;
  const own = { ...organic_metrics, ...non_public_metrics };
  const isOwn = non_public_metrics !== undefined || organic_metrics !== undefined;
  return {
    tweetId: tweet.id,
    impressions: public_metrics.impression_count,
    likes: public_metrics.like_count,
    retweets: public_metrics.retweet_count,
    replies: public_metrics.reply_count,
    bookmarks: public_metrics.bookmark_count,
    quotes: public_metrics.quote_count,
    linkClicks: own.url_link_clicks ?? (isOwn ? 0 : null),
    profileClicks: own.user_profile_clicks ?? null,
    engagements: own.engagements ?? null,
  };
}
