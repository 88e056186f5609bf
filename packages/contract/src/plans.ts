import { z } from 'zod';

/** A subscription plan, cheapest first. */
export const tierSchema = z.enum(['free', 'pro', 'business']);
export type Tier = z.infer<typeof tierSchema>;

/** What a plan unlocks beyond transcripts and threads. */
export const featuresSchema = z.object({ analytics: z.boolean(), postToX: z.boolean() });
export type Features = z.infer<typeof featuresSchema>;

/** What a plan allows. */
export interface Plan {
  /** Jobs a calendar month. */
  readonly maxCredits: number;
  /** The longest recording, in seconds. */
  readonly maxDuration: number;
  readonly features: Features;
}

/** The one table of plans (figures: the product's specification, steps 2, 7 and 11). */
export const plans: Readonly<Record<Tier, Plan>> = {
  free: { maxCredits: 2, maxDuration: 1800, features: { analytics: false, postToX: false } },
  pro: { maxCredits: 30, maxDuration: 3600, features: { analytics: false, postToX: true } },
  business: { maxCredits: 100, maxDuration: 3600, features: { analytics: true, postToX: true } },
};

/** The cheapest plan above `tier` that satisfies `wants`, or null where none does. */
export function nextPlan(tier: Tier, wants: (plan: Plan) => boolean): Tier | null {
  const order = tierSchema.options;
  return order.slice(order.indexOf(tier) + 1).find((other) => wants(plans[other])) ?? null;
}
