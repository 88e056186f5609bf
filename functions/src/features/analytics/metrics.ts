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
export function latestCounts({ readings }: MeasuredPost, tweetId: string): Counts | null {
  const last = (isKnown: (counts: Counts) => boolean) => {
    const reading = readings.findLast(({ tweets }) => {
      const counts = tweets.get(tweetId);
      return counts !== undefined && isKnown(counts);
    });
    return reading?.tweets.get(tweetId) ?? null;
  };
  const newest = last(() => true);
  if (!newest) return null;
  // X tells clicks of young tweets only: of an older one, what was read last stays true at least.
  const linkClicks = last((counts) => counts.linkClicks !== null)?.linkClicks ?? null;
  const profileClicks = last((counts) => counts.profileClicks !== null)?.profileClicks ?? null;
  return { ...newest, linkClicks, profileClicks };
}

/** A thread's newest counts together; `reach` is what its most seen tweet was seen. */
export interface ThreadTotals {
  readonly impressions: number;
  readonly engagements: number;
  readonly likes: number;
  readonly reach: number;
}

/** Of the tweets that X still has; one that was never read counts nothing. */
export function latestTotals(post: MeasuredPost): ThreadTotals {
  const totals = { impressions: 0, engagements: 0, likes: 0, reach: 0 };
  for (const tweetId of presentTweets(post)) {
    const counts = latestCounts(post, tweetId);
    if (!counts) continue;
    totals.impressions += counts.impressions;
    totals.engagements += engagementsOf(counts);
    totals.likes += counts.likes;
    totals.reach = Math.max(totals.reach, counts.impressions);
  }
  return totals;
}
