import { isDeepStrictEqual } from 'node:util';
import { describeError } from '../../platform/errors.js';
import { log } from '../../platform/log.js';
import type { CustomerEvent, Polar } from '../../providers/polar/types.js';
import { applyEvent } from './applyEvent.js';
import type { PlanDependencies } from './dependencies.js';
import type { BillingState } from './state.js';
import { readBilling, readPlanHolder, writePlan } from './store.js';
import type { Billing } from './store.js';

/** What is needed of Polar is its customers' states. */
export interface ExpiryDependencies extends PlanDependencies {
  readonly polar: Pick<Polar, 'customerState'>;
}

/** How many users one run looks at; what is left comes with the next. */
const USERS_A_RUN = 200;
/** Polar's clock and ours may differ by less than this, which is also what webhooks are allowed. */
const CLOCK_MARGIN_MS = 5 * 60 * 1000;

/**
 * Ends plans whose time is over though no event said so, and asks Polar about renewals that are overdue. To be run
 * by the clock; twice does no harm.
 * @returns how many users were looked at, and how many of their plans changed
 */
export async function expireSubscriptions(
  deps: ExpiryDependencies,
): Promise<{ readonly checked: number; readonly changed: number }> {
  const { db, clock } = deps;
  const due = db.collection('billing').where('checkAt', '<=', clock()).orderBy('checkAt');
  const { docs } = await due.limit(USERS_A_RUN).get();
  let changed = 0;
  for (const snapshot of docs) {
    const billing = readBilling(snapshot);
    if (billing && (await look(deps, billing))) changed += 1;
  }
  return { checked: docs.length, changed };
}

/** @returns whether the plan changed */
async function look(
  deps: ExpiryDependencies,
  { userId, polarCustomerIds }: Billing,
): Promise<boolean> {
  const { db } = deps;
  const answers = await askAbout(deps, userId, polarCustomerIds);
  return db.runTransaction(async (transaction) => {
    const holder = await readPlanHolder(transaction, db, userId);
    if (!holder) return false;
    const state: BillingState = answers.reduce(applyEvent, holder.state);
    const tier = writePlan(transaction, deps, holder, state);
    return tier !== holder.tier || !isDeepStrictEqual(state, holder.state);
  });
}

/** What Polar says of the customers now; where it does not answer, what is known has to do. */
async function askAbout(
  { polar, clock }: ExpiryDependencies,
  userId: string,
  customerIds: readonly string[],
): Promise<CustomerEvent[]> {
  const at = new Date(clock().getTime() - CLOCK_MARGIN_MS).toISOString();
  const events: CustomerEvent[] = [];
  for (const id of customerIds) {
    try {
      const answer = await polar.customerState({ id });
      if (!answer) continue;
      const { customer, subscriptions } = answer;
      const head = { type: 'check', timestamp: at.replace('Z', '000Z') };
      events.push({ ...head, kind: 'customerState', customer, subscriptions: [...subscriptions] });
    } catch (error) {
      log('WARNING', 'Polar not asked', { userId, cause: describeError(error).message });
    }
  }
  return events;
}
