import type { Firestore } from 'firebase-admin/firestore';
import type { CustomerReference, Polar } from '../../providers/polar/types.js';
import { billingPath, readBilling } from './store.js';

export interface EndDependencies {
  readonly db: Firestore;
  readonly polar: Pick<Polar, 'customerState' | 'cancelSubscription'>;
}

/** Polar's word for a subscription that has ended. */
const ENDED = 'canceled';

/**
 * Ends, at once, every subscription of the customers that a user is known to be, those too that are past due.
 * @throws PolarRefusal
 */
export async function endSubscriptions(
  { db, polar }: EndDependencies,
  userId: string,
): Promise<void> {
  const billing = readBilling(await db.doc(billingPath(userId)).get());
  if (!billing) return;
  const told = Object.values(billing.state.subscriptions);
  for (const { id, status } of told) {
    if (status !== ENDED) await polar.cancelSubscription(id);
  }
  for (const id of billing.polarCustomerIds) await endActive(polar, { id });
}

/** Ends what was bought under the user's id and no webhook has told yet. @throws PolarRefusal */
export async function endUntold(
  { polar }: Pick<EndDependencies, 'polar'>,
  userId: string,
): Promise<void> {
  await endActive(polar, { externalId: userId });
}

async function endActive(polar: EndDependencies['polar'], customer: CustomerReference) {
  const state = await polar.customerState(customer);
  for (const { id } of state?.subscriptions ?? []) await polar.cancelSubscription(id);
}
