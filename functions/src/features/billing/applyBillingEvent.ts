import { isDeepStrictEqual } from 'node:util';
import { paths } from '@quikthread/contract';
import type { Transaction } from 'firebase-admin/firestore';
import { isDocumentId, readDocument } from '../../platform/documents.js';
import type { CustomerEvent, CustomerState } from '../../providers/polar/types.js';
import { applyEvent, isAmbiguous } from './applyEvent.js';
import type { ApplyDependencies } from './dependencies.js';
import { emptyState } from './state.js';
import type { BillingState } from './state.js';
import {
  hashEmail,
  pendingRef,
  pendingSchema,
  readPlanHolder,
  readWebhookLog,
  userOfCustomer,
  webhookLogPath,
  writePlan,
} from './store.js';
import type { Outcome } from './store.js';

/**
 * Applies the event of a webhook that was taken, once, however often it is asked for. The plan, what Polar told and
 * the log's outcome change in one transaction. Where the event leaves open what holds, Polar is asked.
 * @returns what became of it; null where no such webhook was taken
 * @throws PolarRefusal where Polar has to be asked and does not answer: to be tried again
 */
export async function applyBillingEvent(
  deps: ApplyDependencies,
  webhookId: string,
): Promise<Outcome | null> {
  const log = readWebhookLog(await deps.db.doc(webhookLogPath(webhookId)).get());
  if (!log) return null;
  const { event, outcome } = log;
  if (outcome !== 'received' || event.kind === 'other') return outcome;
  const owner = await findOwner(deps, event);
  if (owner === 'gone') return leave(deps, webhookId);
  const first = await applyTo(deps, webhookId, event, owner, owner.asked);
  if (first !== 'ask') return first;
  const asked = await deps.polar.customerState({ id: event.customer.id });
  const second = await applyTo(deps, webhookId, event, owner, asked ?? 'unknown');
  return second === 'ask' ? null : second;
}

/** Whose an event is, as far as can be found. */
interface Owner {
  readonly userId: string | null;
  /** Where nobody was found: what a user is to be known by, once there is one. */
  readonly emailHash: string | null;
  /** What Polar answered, where it was asked. */
  readonly asked: CustomerState | null;
}

/** By our id at Polar first, then by the customer's id, then by an address that the user has verified. */
async function findOwner(
  deps: ApplyDependencies,
  { customer }: CustomerEvent,
): Promise<Owner | 'gone'> {
  const { db, polar } = deps;
  const { id } = customer;
  // What cannot be a document's id is none of ours.
  const externalId =
    customer.externalId !== null && isDocumentId(customer.externalId) ? customer.externalId : null;
  if (externalId !== null && (await db.doc(paths.user(externalId)).get()).exists) {
    return { userId: externalId, emailHash: null, asked: null };
  }
  const known = await userOfCustomer(db, id);
  if (known !== null) return { userId: known, emailHash: null, asked: null };
  if (externalId !== null) {
    // An account that was deleted is told of too: its subscription ends with it.
    if (!(await deps.hasAccount(externalId))) return 'gone';
    return { userId: externalId, emailHash: null, asked: null };
  }
  // Nothing of ours keeps the address: Polar has it.
  const asked = await polar.customerState({ id });
  if (!asked?.email) return { userId: null, emailHash: null, asked };
  const userId = await deps.findVerified(asked.email);
  return { userId, emailHash: hashEmail(asked.email), asked };
}

/** Nothing is kept of those who are no more, or whose ids are not ours. */
async function leave({ db, clock }: ApplyDependencies, webhookId: string): Promise<Outcome> {
  await db.doc(webhookLogPath(webhookId)).update({ outcome: 'ignored', appliedAt: clock() });
  return 'ignored';
}

/** @param asked the customer's state, `unknown` where Polar has no such customer, null where it was not asked */
function applyTo(
  deps: ApplyDependencies,
  webhookId: string,
  event: CustomerEvent,
  owner: Owner,
  asked: CustomerState | 'unknown' | null,
): Promise<Outcome | 'ask'> {
  const { db, clock } = deps;
  const logRef = db.doc(webhookLogPath(webhookId));
  return db.runTransaction(async (transaction) => {
    const log = readWebhookLog(await transaction.get(logRef));
    if (log?.outcome !== 'received') return log?.outcome ?? 'ignored';
    const holder = owner.userId && (await readPlanHolder(transaction, db, owner.userId));
    const before = holder ? holder.state : await readPending(transaction, deps, event);
    if (asked === null && isAmbiguous(before, event)) return 'ask';
    const told = applyEvent(before, event);
    const state =
      asked === null || asked === 'unknown' ? told : applyEvent(told, answered(event, asked));
    const unchanged = isDeepStrictEqual(state, before);
    const outcome = !holder ? 'waiting' : unchanged ? 'unchanged' : 'applied';
    if (holder) writePlan(transaction, deps, holder, state);
    else writePending(transaction, deps, event, owner, state);
    const userId = holder ? holder.userId : null;
    transaction.update(logRef, { outcome, userId, appliedAt: clock() });
    return outcome;
  });
}

/** Polar's answer as an event: it was given after the event was made, and so holds as of then, by Polar's clock. */
function answered(event: CustomerEvent, { subscriptions }: CustomerState): CustomerEvent {
  return {
    kind: 'customerState',
    type: event.type,
    // Sorts behind what the event itself said of the same moment.
    timestamp: `${event.timestamp}~`,
    customer: event.customer,
    subscriptions: [...subscriptions],
  };
}

async function readPending(
  transaction: Transaction,
  { db }: ApplyDependencies,
  { customer }: CustomerEvent,
): Promise<BillingState> {
  const snapshot = await transaction.get(pendingRef(db, customer.id));
  return readDocument(snapshot, pendingSchema)?.state ?? emptyState;
}

/** Waits for the user: in the transaction that found no profile, so that one made meanwhile is not missed. */
function writePending(
  transaction: Transaction,
  { db, clock }: ApplyDependencies,
  { customer }: CustomerEvent,
  { emailHash }: Owner,
  state: BillingState,
): void {
  const { id, externalId } = customer;
  transaction.set(pendingRef(db, id), {
    polarCustomerId: id,
    externalId,
    emailHash,
    state,
    updatedAt: clock(),
  });
}
