import { z } from 'zod';

/** One day, by the user's time zone, and the engagements (likes, retweets, replies) that it brought. */
export const engagementPointSchema = z.object({
  date: z.iso.date(),
  engagements: z.int().nonnegative(),
});
export type EngagementPoint = z.infer<typeof engagementPointSchema>;

export const topPostSchema = z.object({
  postId: z.string(),
  /** The first tweet's text. */
  title: z.string(),
  engagement: z.int().nonnegative(),
  threadUrl: z.string(),
});
export type TopPost = z.infer<typeof topPostSchema>;

/** One tweet within its thread. */
export const tweetPerformanceSchema = z.object({
  /** 1 for the first. */
  position: z.int().positive(),
  tweetId: z.string(),
  impressions: z.int().nonnegative(),
  engagements: z.int().nonnegative(),
  /** The share, 0 to 1, of the tweet before's impressions that did not come this far; null for the first, or where the one before has none. */
  dropOff: z.number().min(0).max(1).nullable(),
  /** Clicks on links and on the profile, where the account's token lets them be read; else null. */
  linkClicks: z.int().nonnegative().nullable(),
  profileClicks: z.int().nonnegative().nullable(),
});

/** A thread measured whole. */
export const threadPerformanceSchema = z.object({
  postId: z.string(),
  title: z.string(),
  threadUrl: z.string(),
  postedAt: z.iso.datetime(),
  impressions: z.int().nonnegative(),
  engagements: z.int().nonnegative(),
  tweets: z.array(tweetPerformanceSchema),
  /** The position after which most readers stop: before the step that loses the most impressions; null where none loses any. */
  readersStopAfter: z.int().positive().nullable(),
  /** How many of its tweets X no longer has. */
  missingTweets: z.int().nonnegative(),
  /** Impressions and engagements at the end of each day on which the thread was read, oldest first. */
  history: z.array(
    z.object({
      date: z.iso.date(),
      impressions: z.int().nonnegative(),
      engagements: z.int().nonnegative(),
    }),
  ),
});
export type ThreadPerformance = z.infer<typeof threadPerformanceSchema>;

/** What a user's posts came to. Engagements are likes, retweets and replies together. */
export const analyticsSchema = z.object({
  totalImpressions: z.int().nonnegative(),
  /** An estimate of unique viewers; X does not count them. */
  totalReach: z.int().nonnegative(),
  /** How `totalReach` is estimated, in a sentence for the user. */
  totalReachMethod: z.string(),
  totalLikes: z.int().nonnegative(),
  totalEngagements: z.int().nonnegative(),
  /**
   * Engagements of the last 168 hours against the 168 before, in percent, over the threads that were
   * measured in both; null where there is no such week before, or it had none.
   */
  weekOverWeekGrowth: z.number().nullable(),
  postsThisWeek: z.int().nonnegative(),
  /** The last 7 days, oldest first. */
  engagementTrend: z.array(engagementPointSchema).length(7),
  /** By engagement, the best first; five at most. */
  topPosts: z.array(topPostSchema).max(5),
  /** The newest 80, newest first; the totals count the newest 500 posts. */
  threads: z.array(threadPerformanceSchema),
  /** Posts whose tweets are all gone from X: they count nowhere above. */
  deletedPosts: z.int().nonnegative(),
  /** Where days begin: an IANA time zone. */
  timeZone: z.string(),
  /** When X was asked. */
  asOf: z.iso.datetime(),
});
export type AnalyticsData = z.infer<typeof analyticsSchema>;
