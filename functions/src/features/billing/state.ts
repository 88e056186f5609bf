import { orderSchema, subscriptionSchema } from '../../providers/polar/types.js';
import { z } from 'zod';

/** What was last told of a subscription, and when it was told. */
const knownSubscriptionSchema = subscriptionSchema.extend({
  customerId: z.string(),
  /** The time of the event that told it; breaks ties between events of one change. */
  toldAt: z.string(),
});
export type KnownSubscription = z.infer<typeof knownSubscriptionSchema>;

/**
 * What Polar has told of one user. Every part of it is the newest of what was told, by Polar's own times, so
 * that it comes out the same in whatever order and however often events arrive (see `applyEvent`).
 */
export const billingStateSchema = z.object({
  /** By id; ended ones too, so that a late event does not revive them. */
  subscriptions: z.record(z.string(), knownSubscriptionSchema),
  /** By subscription: the order of its newest period that was paid. */
  orders: z.record(z.string(), orderSchema),
  /** By customer: which subscriptions were active when Polar last listed them all. */
  snapshots: z.record(
    z.string(),
    z.object({ at: z.string(), subscriptionIds: z.array(z.string()) }),
  ),
});
export type BillingState = z.infer<typeof billingStateSchema>;

export const emptyState: BillingState = { subscriptions: {}, orders: {}, snapshots: {} };

/** The Polar customers that a state is of. */
export function customersOf({ subscriptions, snapshots }: BillingState): string[] {
  const named = Object.values(subscriptions).map(({ customerId }) => customerId);
  return [...new Set([...named, ...Object.keys(snapshots)])].sort();
}
