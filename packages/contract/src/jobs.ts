import { z } from 'zod';
import { jobErrorCodeSchema } from './errors.js';
import { threadSchema } from './threads.js';

export const jobKindSchema = z.enum(['thread', 'post', 'export']);
export type JobKindName = z.infer<typeof jobKindSchema>;

export const jobStateSchema = z.enum([
  'scheduled',
  'processing',
  'transcribing',
  'generating',
  'posting',
  'completed',
  'failed',
  'cancelled',
]);
export type JobState = z.infer<typeof jobStateSchema>;

/** The states that a job ends in; nothing follows them but a retry. */
export const endedStates: readonly JobState[] = ['completed', 'failed', 'cancelled'];

export const jobTypeSchema = z.enum(['upload', 'url']);

/** A job as its owner sees it. `duration` in seconds, `progress` in percent, times ISO 8601 in UTC. */
export const jobStatusSchema = z.object({
  jobId: z.string(),
  userId: z.string(),
  kind: jobKindSchema,
  /** Where the recording came from; null for jobs without one. */
  type: jobTypeSchema.nullable(),
  status: jobStateSchema,
  progress: z.int().min(0).max(100),
  duration: z.number().nonnegative().nullable(),
  threads: z.array(threadSchema).nullable(),
  /** The public message of a failed job. */
  error: z.string().nullable(),
  errorCode: jobErrorCodeSchema.nullable(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  completedAt: z.iso.datetime().nullable(),
});
export type JobStatus = z.infer<typeof jobStatusSchema>;
