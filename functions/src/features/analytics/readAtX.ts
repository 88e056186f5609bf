import type { XClient, XMetrics } from '../../providers/x/types.js';
import type { Counts } from './metrics.js';
import { presentTweets } from './metrics.js';
import { hasPrivateMetrics } from './schedule.js';
import type { ReadPost, StoredPost } from './store.js';

/** As many tweets as X looks up in one call. */
const BATCH = 100;
/** How many calls are under way at a time. */
const CONCURRENCY = 4;

/**
 * Reads what X counts of the posts' tweets now, those left out that are known to be missing: one call
 * for every 100 tweets young enough for private metrics, and one for every 100 of the others.
 * @throws JobError of an `x_` code
 */
export async function readAtX(
  client: XClient,
  posts: readonly StoredPost[],
  now: Date,
  signal: AbortSignal,
): Promise<readonly ReadPost[]> {
  const isYoung = ({ startedAt }: StoredPost) => hasPrivateMetrics(startedAt, now);
  const batches = [true, false].flatMap((withPrivate) => {
    const ofAge = posts.filter((post) => isYoung(post) === withPrivate);
    return inBatches(ofAge.flatMap(presentTweets), BATCH).map((ids) => ({ ids, withPrivate }));
  });
  const counts = new Map<string, Counts>();
  const missing = new Set<string>();
  for (const group of inBatches(batches, CONCURRENCY)) {
    const answers = group.map(({ ids, withPrivate }) => client.metrics(ids, withPrivate, signal));
    for (const answer of await Promise.all(answers)) {
      for (const metrics of answer.found) counts.set(metrics.tweetId, countsOf(metrics));
      for (const tweetId of answer.missing) missing.add(tweetId);
    }
  }
  return posts.map((post) => {
    const newlyMissing = presentTweets(post).filter((tweetId) => missing.has(tweetId));
    const tweets = new Map(
      post.tweetIds.flatMap((id) => {
        const found = counts.get(id);
        return found ? [[id, found] as const] : [];
      }),
    );
    return {
      post: { ...post, missing: new Set([...post.missing, ...newlyMissing]) },
      reading: tweets.size > 0 ? { takenAt: now, tweets } : null,
      newlyMissing,
    };
  });
}

export function inBatches<T>(items: readonly T[], size: number): (readonly T[])[] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size));
}

function countsOf(metrics: XMetrics): Counts {
  const { impressions, likes, retweets, replies, bookmarks, quotes } = metrics;
  const { linkClicks, profileClicks } = metrics;
  return {
    impressions,
    likes,
    retweets,
    replies,
    bookmarks,
    quotes,
    linkClicks,
    profileClicks,
  };
}
