import { tierSchema } from '@quikthread/contract';
import type { Tier } from '@quikthread/contract';
import type { BillingState, KnownSubscription } from './state.js';

/** Which plan each of Polar's products is, by the product's id. */
export type ProductPlans = Readonly<Record<string, Tier>>;

/** What a state gives a right to. */
export interface Entitlement {
  readonly tier: Tier;
  /** The subscription that gives it; null on the free plan. */
  readonly subscription: KnownSubscription | null;
  /** When to look again, though no event may come: the plan ends then, or a renewal is overdue. */
  readonly checkAt: Date | null;
}

/** Polar's states that give access: it charges again for a while before it revokes what is past due. */
const GRANTING = ['active', 'trialing', 'past_due'];

/** How long after a period's end to wait for word of its renewal: past due is told within a day. */
const RENEWAL_GRACE_MS = 3 * 24 * 3600 * 1000;

/**
 * The plan that a user has at a time. Of several subscriptions the one with the highest plan counts; one that is
 * canceled counts until its period ends; one whose last period was refunded does not, nor one that Polar left out
 * when it listed the active ones.
 */
export function planOf(state: BillingState, now: Date, plans: ProductPlans): Entitlement {
  const granting = Object.values(state.subscriptions).filter(
    (one) => tierOf(one, plans) !== 'free' && grants(state, one, now),
  );
  const ranked = granting.sort((a, b) => compare(b, a, plans));
  const checks = granting.map(checkTime).filter((time) => time !== null);
  return {
    tier: ranked[0] ? tierOf(ranked[0], plans) : 'free',
    subscription: ranked[0] ?? null,
    checkAt: checks.length > 0 ? new Date(Math.min(...checks)) : null,
  };
}

function tierOf({ productId }: KnownSubscription, plans: ProductPlans): Tier {
  return plans[productId] ?? 'free';
}

function grants(state: BillingState, subscription: KnownSubscription, now: Date): boolean {
  const { id, customerId, status, modifiedAt } = subscription;
  if (!GRANTING.includes(status)) return false;
  const snapshot = state.snapshots[customerId];
  if (snapshot && modifiedAt <= snapshot.at && !snapshot.subscriptionIds.includes(id)) return false;
  if (state.orders[id]?.refunded) return false;
  const end = endOf(subscription);
  return !subscription.cancelAtPeriodEnd || end === null || now.getTime() < end;
}

/** When the current period ends, in milliseconds since the epoch. */
function endOf({ currentPeriodEnd }: KnownSubscription): number | null {
  return currentPeriodEnd === null ? null : Date.parse(currentPeriodEnd);
}

function checkTime(subscription: KnownSubscription): number | null {
  const end = endOf(subscription);
  if (end === null) return null;
  return subscription.cancelAtPeriodEnd ? end : end + RENEWAL_GRACE_MS;
}

function compare(a: KnownSubscription, b: KnownSubscription, plans: ProductPlans): number {
  const order = tierSchema.options;
  const byTier = order.indexOf(tierOf(a, plans)) - order.indexOf(tierOf(b, plans));
  if (byTier !== 0) return byTier;
  return (endOf(a) ?? Infinity) - (endOf(b) ?? Infinity) || (a.id < b.id ? -1 : 1);
}
