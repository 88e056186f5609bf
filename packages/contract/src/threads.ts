import { z } from 'zod';

/** X's limit, in weighted characters (docs.x.com, "Counting characters"). */
export const TWEET_MAX_WEIGHTED_LENGTH = 280;
/** What generation aims at (specification, step 4). */
export const TWEET_TARGET_WEIGHTED_LENGTH = 270;
export const THREADS_PER_JOB = 5;
export const MIN_TWEETS = 5;
export const MAX_TWEETS = 8;
/** How long an edited thread may become: as many as X's own composer takes. */
export const MAX_EDITED_TWEETS = 25;

/** A stretch of the recording, in seconds from its start, and who speaks in it. */
export const sourceRangeSchema = z.object({
  start: z.number().nonnegative(),
  end: z.number().nonnegative(),
  speaker: z.int().nonnegative().nullable(),
});
export type SourceRange = z.infer<typeof sourceRangeSchema>;

/** What one tweet rests on; `ranges` is empty where nothing in the recording matches well enough. */
export const tweetSourceSchema = z.object({ ranges: z.array(sourceRangeSchema) });

/** One thread option. `sources[i]` belongs to `tweets[i]`. */
export const threadSchema = z.object({
  threadNumber: z.int().min(1).max(THREADS_PER_JOB),
  hook: z.string().min(1),
  tweets: z.array(z.string().min(1)).min(MIN_TWEETS).max(MAX_TWEETS),
  sources: z.array(tweetSourceSchema),
  /** What the user made of it by `updateThread`, and what is posted then; null while it is as generated. */
  editedTweets: z.array(z.string().min(1)).min(1).max(MAX_EDITED_TWEETS).nullable().default(null),
});
export type Thread = z.infer<typeof threadSchema>;

/** A run of speech by one speaker; times in seconds. */
export const paragraphSchema = z.object({
  speaker: z.int().nonnegative().nullable(),
  start: z.number().nonnegative(),
  end: z.number().nonnegative(),
  text: z.string(),
});

/** `jobs/{jobId}/artifacts/transcript`: readable by the job's owner. `duration` is in seconds. */
export const transcriptSchema = z.object({
  userId: z.string(),
  jobId: z.string(),
  text: z.string(),
  language: z.string().nullable(),
  duration: z.number().nonnegative(),
  wordCount: z.int().nonnegative(),
  confidence: z.number().min(0).max(1).nullable(),
  speakers: z.int().nonnegative(),
  paragraphs: z.array(paragraphSchema),
});
export type Transcript = z.infer<typeof transcriptSchema>;
