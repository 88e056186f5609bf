import { z } from 'zod';
import { LIMIT_SCOPES } from './rateLimits.js';

const nameSchema = z.enum([
  'created_answer_lost',
  'created_then_5xx',
  'duplicate',
  'parent_deleted',
  'timeline_lags',
  'suspended',
  'spend_cap',
  'credits_depleted',
  'token_expired',
  'token_revoked',
  'rate_limited',
]);

/**
 * What a fault's `answer` may be.
 *
 * Of `POST /2/tweets` alone:
 * - `created_answer_lost`: the tweet is created, then the connection is cut;
 * - `created_then_5xx`: the tweet is created, and a 503 is answered;
 * - `duplicate`, `parent_deleted`: refused for that;
 * - `timeline_lags`, or `{timelineLags: {seconds}}` (5 unless told): created, and on the timeline
 *   only after that time.
 *
 * Of every call of the API:
 * - `suspended`, `spend_cap`, `credits_depleted`: refused for that, this once;
 * - `token_expired`: the access token is over from now on;
 * - `token_revoked`: its whole grant is;
 * - `rate_limited`, or `{rateLimited: {resetInSeconds, scope}}` (900, `window`): the limit is used up,
 *   for this call and those to come until its reset. The day's limits are of `POST /2/tweets` alone.
 */
export const variationSchema = z.union([
  nameSchema,
  z.strictObject({ timelineLags: z.strictObject({ seconds: z.number().positive() }) }),
  z.strictObject({
    rateLimited: z.strictObject({
      resetInSeconds: z.number().positive().default(900),
      scope: z.enum(LIMIT_SCOPES).default('window'),
    }),
  }),
]);

export type XVariation = z.infer<typeof variationSchema>;

const DEFAULT_LAG_SECONDS = 5;

/** How long the timeline is to lack the tweet, in seconds. */
export function lagOf(variation: XVariation | undefined): number {
  if (variation === 'timeline_lags') return DEFAULT_LAG_SECONDS;
  return typeof variation === 'object' && 'timelineLags' in variation
    ? variation.timelineLags.seconds
    : 0;
}

/** Which limit is to be used up, and for how long, if any. */
export function rateLimitOf(variation: XVariation | undefined) {
  if (variation === 'rate_limited') return { resetInSeconds: 900, scope: 'window' as const };
  return typeof variation === 'object' && 'rateLimited' in variation
    ? variation.rateLimited
    : undefined;
}

const OF_CREATE_ALONE: readonly XVariation[] = [
  'created_answer_lost',
  'created_then_5xx',
  'duplicate',
  'parent_deleted',
];

/** Whether only a call that creates a tweet can be answered so. */
export function concernsCreateAlone(variation: XVariation): boolean {
  if (OF_CREATE_ALONE.includes(variation) || lagOf(variation) > 0) return true;
  const limit = rateLimitOf(variation);
  return limit !== undefined && limit.scope !== 'window';
}
