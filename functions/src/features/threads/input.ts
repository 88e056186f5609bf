import { z } from 'zod';

/** What a job may take, as it was when the job was made: a later change of plan does not move it. */
const bounds = {
  /** Seconds. */
  maxDuration: z.number().positive(),
};

/** The input of a thread job, kept with its run. */
export const threadJobInputSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('upload'),
    storagePath: z.string(),
    /** The generation that was validated: a later object under the same name is not read. */
    generation: z.string(),
    /** Seconds. */
    duration: z.number(),
    language: z.string().nullable(),
    ...bounds,
  }),
  z.object({
    type: z.literal('url'),
    contentUrl: z.string(),
    language: z.string().nullable(),
    ...bounds,
  }),
]);
export type ThreadJobInput = z.infer<typeof threadJobInputSchema>;
