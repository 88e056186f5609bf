import { z } from 'zod';

/** The input of a post job, kept with its run: the texts as they were when the post was made. */
export const postJobInputSchema = z.object({
  /** The thread job that the texts come from, and which of its options. */
  jobId: z.string(),
  threadIndex: z.int().nonnegative(),
  tweets: z.array(z.string()).min(1),
  /** ISO 8601 in UTC; null where it was to go out at once. */
  scheduledAt: z.iso.datetime().nullable(),
});
export type PostJobInput = z.infer<typeof postJobInputSchema>;
