import { z } from 'zod';

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
  }),
  z.object({
    type: z.literal('url'),
    contentUrl: z.string(),
    language: z.string().nullable(),
  }),
]);
export type ThreadJobInput = z.infer<typeof threadJobInputSchema>;
