import { z } from 'zod';
import { jobErrorCodeSchema } from './errors.js';

/** How far ahead a post can be scheduled. */
export const MAX_SCHEDULE_DAYS = 365;
/** How many posts of one user can wait for their time. */
export const MAX_UPCOMING_POSTS = 50;

/**
 * Where a post stands: `scheduled` waits for its time, `posting` is under way, `completed` is whole on X.
 * `stopped` could not go on, with its posted part listed: `resumePost` goes on, `deletePost` removes.
 * `deleting` is a removal that was cut short (call `deletePost` again).
 */
export const postStatusSchema = z.enum([
  'scheduled',
  'posting',
  'completed',
  'stopped',
  'cancelled',
  'deleting',
  'deleted',
]);
export type PostStatus = z.infer<typeof postStatusSchema>;

/**
 * `posts/{postId}`: readable by its owner. The post's id is also that of the job that posts it.
 * Times are ISO 8601 in UTC.
 */
export const postSchema = z.object({
  postId: z.string(),
  userId: z.string(),
  jobId: z.string(),
  threadIndex: z.int().nonnegative(),
  status: postStatusSchema,
  /** The texts to be posted, in order, as they were when the post was made. */
  tweets: z.array(z.string()),
  /** X's ids of what is posted, in order; `tweetIds[i]` carries `tweets[i]`. */
  tweetIds: z.array(z.string()),
  postedCount: z.int().nonnegative(),
  /** X's address of the first tweet. */
  threadUrl: z.string().nullable(),
  /** The X account that it went out from, without the "@". */
  username: z.string().nullable(),
  scheduledAt: z.iso.datetime().nullable(),
  /** When the last tweet was out. */
  postedAt: z.iso.datetime().nullable(),
  /** Set while the post waits, for instance for X's rate limit to reset: when it goes on. */
  resumesAt: z.iso.datetime().nullable(),
  /** Why it stopped or waits, for the user to read. */
  error: z.string().nullable(),
  errorCode: jobErrorCodeSchema.nullable(),
  /** Tweets that X no longer has; they are left out of the analytics. */
  missingTweetIds: z.array(z.string()),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Post = z.infer<typeof postSchema>;

/** X's charges as this deployment knows them, in US dollars. */
export const priceTableSchema = z.object({
  /** The day (YYYY-MM-DD) on which the figures were read off X's price list. */
  date: z.iso.date(),
  post: z.number().nonnegative(),
  postWithLink: z.number().nonnegative(),
});
export type PriceTable = z.infer<typeof priceTableSchema>;

/** What `previewPost` says of one tweet, before anything is posted. */
export const tweetPreviewSchema = z.object({
  text: z.string(),
  /** By X's count; more than 280 is refused. */
  weightedLength: z.int().nonnegative(),
  /** What X takes for a link, bare domains too, as it stands in the text. */
  links: z.array(z.string()),
  /** US dollars. */
  estimatedCharge: z.number().nonnegative(),
});

export const postPreviewSchema = z.object({
  tweets: z.array(tweetPreviewSchema),
  /** US dollars, all tweets together. */
  estimatedCharge: z.number().nonnegative(),
  prices: priceTableSchema,
});
export type PostPreview = z.infer<typeof postPreviewSchema>;
