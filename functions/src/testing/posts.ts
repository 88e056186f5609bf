import type { Counts, MeasuredPost, Reading } from '../features/analytics/metrics.js';

/** What X might count of a tweet; what is not named is nothing. */
export function countsWith(counts: Partial<Counts>): Counts {
  return {
    impressions: 0,
    likes: 0,
    retweets: 0,
    replies: 0,
    bookmarks: 0,
    quotes: 0,
    linkClicks: null,
    profileClicks: null,
    ...counts,
  };
}

/** A reading of a thread: counts by tweet id. */
export function readingAt(
  takenAt: string | Date,
  tweets: Readonly<Record<string, Partial<Counts>>>,
): Reading {
  const counts = Object.entries(tweets).map(([id, some]) => [id, countsWith(some)] as const);
  return { takenAt: new Date(takenAt), tweets: new Map(counts) };
}

/** A post of the tweets "1" and "2", out at once. */
export function measuredPost(
  startedAt: string | Date,
  readings: readonly Reading[],
  more: Partial<MeasuredPost> = {},
): MeasuredPost {
  return {
    postId: 'post',
    title: 'A thread',
    threadUrl: 'https://x.com/ada/status/1',
    startedAt: new Date(startedAt),
    postedAt: new Date(startedAt),
    tweetIds: ['1', '2'],
    missing: new Set(),
    readings,
    ...more,
  };
}
