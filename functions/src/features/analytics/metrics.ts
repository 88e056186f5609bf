import { z } from 'zod';

const count = z.int().nonnegative();

/** What X counts of one tweet; clicks are null where they were not read. */
export const countsSchema = z.object({
  impressions: count,
  likes: count,
  retweets: count,
  replies: count,
  bookmarks: count,
  quotes: count,
  linkClicks: count.nullable(),
  profileClicks: count.nullable(),
});
export type Counts = z.infer<typeof countsSchema>;

/** A thread's counts at one time, by tweet. */
export interface Reading {
  readonly takenAt: Date;
  readonly tweets: ReadonlyMap<string, Counts>;
}

/** A post that is out, whole or in part, and everything read of it. */
export interface MeasuredPost {
  readonly postId: string;
  /** The first tweet's text. */
  readonly title: string;
  readonly threadUrl: string;
  /** When posting began. */
  readonly startedAt: Date;
  /** When the last tweet was out; of a post that stopped before, when it began. */
  readonly postedAt: Date;
  /** In order, those that X no longer has included. */
  readonly tweetIds: readonly string[];
  readonly missing: ReadonlySet<string>;
  /** Oldest first. */
  readonly readings: readonly Reading[];
}

/** Likes, retweets and replies, as X counts them: a thread's own replies are among these. */
export function engagementsOf({ likes, retweets, replies }: Counts): number {
  return likes + retweets + replies;
}

/** The ids of the tweets that X still has, in order. */
export function presentTweets({
  tweetIds,
  missing,
}: Pick<MeasuredPost, 'tweetIds' | 'missing'>): readonly string[] {
  return tweetIds.filter((tweetId) => !missing.has(tweetId));
}

/** Whether X has nothing of the post any more. */
export function isGone(post: Pick<MeasuredPost, 'tweetIds' | 'missing'>): boolean {
  return presentTweets(post).length === 0;
}

/** The newest counts of a tweet; null before it was first read. */
export function latestCounts(post: MeasuredPost, tweetId: string): Counts | null {
  const known = post.readings.flatMap(({ tweets }) => tweets.get(tweetId) ?? []);
  const newest = known.at(-1);
  if (!newest) return null;
  // X tells clicks of young tweets only: of an older one, what was read last stays true at least.
  const last = (name: 'linkClicks' | 'profileClicks') =>
    known.findLast((counts) => counts[name] !== null)?.[name] ?? null;
  return { ...newest, linkClicks: last('linkClicks'), profileClicks: last('profileClicks') };
}
