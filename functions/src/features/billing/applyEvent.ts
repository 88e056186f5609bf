import type { CustomerEvent, PolarSubscription } from '../../providers/polar/types.js';
import type { BillingState, KnownSubscription } from './state.js';

/**
 * The state after an event. Each part keeps whichever value is newer by Polar's own times, so that the result does
 * not depend on the order of events, nor on how often one comes.
 */
export function applyEvent(state: BillingState, event: CustomerEvent): BillingState {
  return mergeStates(state, stateOf(event));
}

/** What one event says by itself. */
function stateOf({ timestamp: toldAt, customer, ...event }: CustomerEvent): BillingState {
  const known = (subscriptions: readonly PolarSubscription[]) =>
    Object.fromEntries(
      subscriptions.map((one) => [one.id, { ...one, customerId: customer.id, toldAt }]),
    );
  switch (event.kind) {
    case 'subscription':
      return { subscriptions: known([event.subscription]), orders: {}, snapshots: {} };
    case 'order': {
      const { order, subscription } = event;
      const orders = { [order.subscriptionId]: order };
      return { subscriptions: known(subscription ? [subscription] : []), orders, snapshots: {} };
    }
    case 'customerState': {
      const { subscriptions } = event;
      const subscriptionIds = subscriptions.map(({ id }) => id).sort();
      const snapshots = { [customer.id]: { at: toldAt, subscriptionIds } };
      return { subscriptions: known(subscriptions), orders: {}, snapshots };
    }
    case 'checkout':
      return { subscriptions: {}, orders: {}, snapshots: {} };
  }
}

/** The newer of two states, part by part; the same whichever comes first. */
export function mergeStates(a: BillingState, b: BillingState): BillingState {
  return {
    subscriptions: mergeNewest(a.subscriptions, b.subscriptions, (one) => [
      one.modifiedAt,
      one.toldAt,
    ]),
    orders: mergeNewest(a.orders, b.orders, (one) => [one.createdAt, one.id, one.modifiedAt]),
    snapshots: mergeNewest(a.snapshots, b.snapshots, (one) => [one.at]),
  };
}

function mergeNewest<T>(
  a: Readonly<Record<string, T>>,
  b: Readonly<Record<string, T>>,
  ageOf: (value: T) => string[],
): Record<string, T> {
  const merged = new Map(Object.entries(a));
  for (const [key, value] of Object.entries(b)) {
    const known = merged.get(key);
    if (known === undefined || rank(value, ageOf) > rank(known, ageOf)) merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

/** Orders by age; where that is equal, by content, so that any order of events ends alike. */
function rank<T>(value: T, ageOf: (value: T) => string[]): string {
  const fields = Object.entries(value as Record<string, unknown>).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return JSON.stringify([...ageOf(value), fields]);
}

/**
 * Whether an event leaves open what holds, so that Polar has to be asked: it contradicts what another event said
 * of the same moment, or tells of a subscription without describing it.
 */
export function isAmbiguous(state: BillingState, event: CustomerEvent): boolean {
  if (event.kind === 'checkout') return !(event.subscriptionId in state.subscriptions);
  if (event.kind !== 'subscription') return false;
  const { subscription } = event;
  const known = state.subscriptions[subscription.id];
  return known?.modifiedAt === subscription.modifiedAt && !agree(known, subscription);
}

function agree(known: KnownSubscription, told: PolarSubscription): boolean {
  return (
    known.productId === told.productId &&
    known.status === told.status &&
    known.currentPeriodEnd === told.currentPeriodEnd &&
    known.cancelAtPeriodEnd === told.cancelAtPeriodEnd
  );
}
