import { z } from 'zod';
import type { PolarCustomer, PolarSubscription } from './types.js';

/** Polar's words for what its API and its webhooks have in common (polar.sh/docs/api-reference, 2026-10). */

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/;

/** A time as Polar writes it, in UTC and with six digits of a second's fraction. */
export const polarTimeSchema = z.string().transform((text, context) => {
  const [, seconds = '', fraction = '', zone = ''] = TIME.exec(text) ?? [];
  const time = new Date(`${seconds}${zone}`);
  if (seconds === '' || Number.isNaN(time.getTime())) {
    context.addIssue({ code: 'custom', message: 'is no time' });
    return z.NEVER;
  }
  return `${time.toISOString().slice(0, 19)}.${fraction.padEnd(6, '0').slice(0, 6)}Z`;
});

export const customerWords = z
  .object({ id: z.string().min(1), external_id: z.string().min(1).nullish() })
  .transform(({ id, external_id }): PolarCustomer => ({ id, externalId: external_id ?? null }));

export const subscriptionWords = z
  .object({
    id: z.string().min(1),
    product_id: z.string(),
    status: z.string(),
    current_period_end: polarTimeSchema.nullish(),
    cancel_at_period_end: z.boolean(),
    created_at: polarTimeSchema,
    modified_at: polarTimeSchema.nullish(),
  })
  .transform((words): PolarSubscription => ({
    id: words.id,
    productId: words.product_id,
    status: words.status,
    currentPeriodEnd: words.current_period_end ?? null,
    cancelAtPeriodEnd: words.cancel_at_period_end,
    modifiedAt: words.modified_at ?? words.created_at,
  }));
