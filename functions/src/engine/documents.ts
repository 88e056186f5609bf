import { jobKindSchema, jobStatusSchema, paths } from '@quikthread/contract';
import type { JobStatus } from '@quikthread/contract';
import type { DocumentSnapshot } from 'firebase-admin/firestore';
import { z } from 'zod';
import { isoTimestampSchema, readDocument, timestampSchema } from '../platform/documents.js';

/** Where a job's lease, attempts and checkpoints are kept: read by the backend alone. */
export const runPath = (jobId: string): string => `${paths.job(jobId)}/private/run`;

/** The kept result of a finished step: in the document, or in Storage under the job's folder. */
const checkpointSchema = z.discriminatedUnion('keep', [
  z.object({ keep: z.literal('document'), at: timestampSchema, result: z.unknown() }),
  z.object({ keep: z.literal('storage'), at: timestampSchema }),
]);

/** `jobs/{jobId}/private/run`. */
export const runSchema = z.object({
  userId: z.string(),
  kind: jobKindSchema,
  input: z.unknown(),
  createdAt: timestampSchema,
  /** Of the call that made the job; null where no call did. */
  correlationId: z.string().nullable(),
  /** 1, and one more for each retry that the user asks for. */
  round: z.int().positive(),
  /** How often the current step was started, crashes included. */
  attempts: z.int().nonnegative(),
  lease: z.object({ owner: z.string(), expiresAt: timestampSchema }).nullable(),
  /** Set while the run has let go on purpose: the time from which it may be taken up again. */
  notBefore: timestampSchema.nullable(),
  checkpoints: z.record(z.string(), checkpointSchema),
  /** Whether a credit is set aside while it runs: used by a job that completes, else returned. */
  costsCredit: z.boolean(),
  /** How often this round was found to have stopped, and was taken up again: see `stalled.ts`. */
  sweeps: z.int().nonnegative().default(0),
  /** Null until the job's end. */
  end: z.enum(['completed', 'failed', 'cancelled']).nullable(),
});
export type Run = z.infer<typeof runSchema>;

const jobDocumentSchema = jobStatusSchema.extend({
  createdAt: isoTimestampSchema,
  updatedAt: isoTimestampSchema,
  completedAt: isoTimestampSchema.nullable(),
});

/** The public job document as the contract shows it; null where there is none. */
export function readJob(snapshot: DocumentSnapshot): JobStatus | null {
  return readDocument(snapshot, jobDocumentSchema);
}

/** The run of a job; null where there is none. */
export function readRun(snapshot: DocumentSnapshot): Run | null {
  return readDocument(snapshot, runSchema);
}

/** A run's end is written in one transaction with its credit's settlement. */
export function hasEnded(run: Pick<Run, 'end'>): boolean {
  return run.end !== null;
}
