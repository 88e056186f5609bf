import { z } from 'zod';
import { MAX_TWEETS, MIN_TWEETS, THREADS_PER_JOB } from '@quikthread/contract';

/** A thread as the model writes it. */
const draftSchema = z.object({
  threadNumber: z.int(),
  hook: z.string(),
  tweets: z.array(z.string()),
});

/** What is asked of the model: exactly five threads of five to eight tweets (specification, step 4). */
export const answerSchema = z
  .array(
    draftSchema.extend({
      threadNumber: z.int().min(1).max(THREADS_PER_JOB),
      hook: z.string().trim().min(1).describe('What makes one read this thread, in a few words'),
      tweets: z.array(z.string().trim().min(1)).min(MIN_TWEETS).max(MAX_TWEETS),
    }),
  )
  .length(THREADS_PER_JOB);

/** What can be worked with: the same shape, whatever its counts. */
const draftsSchema = z.array(draftSchema.omit({ threadNumber: true }));
export type Draft = z.infer<typeof draftsSchema>[number];

/** `answerSchema` in the subset of OpenAPI 3.0 that Gemini takes (ai.google.dev/api/caching, Schema). */
export function answerResponseSchema(): Record<string, unknown> {
  return z.toJSONSchema(answerSchema, { target: 'openapi-3.0', io: 'input' });
}

/**
 * The threads in a model's answer, with or without a Markdown fence around the JSON, or null where it holds
 * none of the shape asked for. Their number and lengths are as the model gave them.
 */
export function parseAnswer(text: string): Draft[] | null {
  const unfenced = text.trim().replace(/^```(?:json)?\s*|\s*```$/g, '');
  return draftsSchema.safeParse(parseJson(unfenced)).data ?? null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
