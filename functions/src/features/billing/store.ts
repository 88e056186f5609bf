import { featuresSchema, paths, plans, tierSchema } from '@quikthread/contract';
import type { Tier } from '@quikthread/contract';
import type {
  DocumentReference,
  DocumentSnapshot,
  Firestore,
  Transaction,
} from 'firebase-admin/firestore';
import { z } from 'zod';
import { isDocumentId, readDocument, timestampSchema } from '../../platform/documents.js';
import { logEvent } from '../../platform/eventLogs.js';
import { deterministicId } from '../../platform/ids.js';
import { billingEventSchema } from '../../providers/polar/types.js';
import type { PlanDependencies } from './dependencies.js';
import { planOf } from './plan.js';
import { billingStateSchema, customersOf, emptyState } from './state.js';
import type { BillingState } from './state.js';

/** How long logs of webhooks are kept; Firestore's TTL policy on `expiresAt` deletes them. */
const KEEP_DAYS = 90;

/** After a look that changed nothing, when to look again. */
const CHECK_AGAIN_MS = 24 * 3600 * 1000;

export const billingPath = (userId: string): string => `billing/${userId}`;
/** What is told of customers whom no user is found for yet, by Polar's id of the customer. */
export const PENDING = 'billing-pending';
export const pendingPath = (customerId: string): string => `${PENDING}/${customerId}`;
/** Any id that a sender may choose, as a document's. */
export const webhookLogPath = (webhookId: string): string =>
  `webhook-logs/${isDocumentId(webhookId) ? webhookId : deterministicId(webhookId)}`;

/** `billing/{userId}`: what Polar told of a user, and what follows from it; read by the backend alone. */
export const billingSchema = z.object({
  userId: z.string(),
  /** The customer that the portal is opened for. */
  polarCustomerId: z.string().nullable(),
  polarCustomerIds: z.array(z.string()),
  tier: tierSchema,
  state: billingStateSchema,
  checkAt: timestampSchema.nullable(),
});
export type Billing = z.output<typeof billingSchema>;

/** Null before anything was told of the user. */
export function readBilling(snapshot: DocumentSnapshot): Billing | null {
  return readDocument(snapshot, billingSchema);
}

/** `billing-pending/{customerId}`. */
export const pendingSchema = z.object({
  polarCustomerId: z.string(),
  externalId: z.string().nullable(),
  emailHash: z.string().nullable(),
  state: billingStateSchema,
});

/** `webhook-logs/{webhookId}`: a delivery and its outcome; of persons it holds ids only. */
export const webhookLogSchema = z.object({
  webhookId: z.string(),
  event: billingEventSchema,
  /** `received` until the task has done its work. */
  outcome: z.enum(['received', 'applied', 'unchanged', 'waiting', 'ignored']),
  deliveries: z.int().positive(),
});
export type WebhookLog = z.infer<typeof webhookLogSchema>;
export type Outcome = WebhookLog['outcome'];

export function readWebhookLog(snapshot: DocumentSnapshot): WebhookLog | null {
  return readDocument(snapshot, webhookLogSchema);
}

export function webhookLogExpiry(now: Date): Date {
  return new Date(now.getTime() + KEEP_DAYS * 24 * 3600 * 1000);
}

/** Stands for an address where one is to be known again and not kept. */
export function hashEmail(email: string): string {
  return deterministicId('email', email.trim().toLowerCase());
}

const planHolderSchema = z.object({ tier: tierSchema, features: featuresSchema });

/** A user's plan and what Polar told of them, read together. */
export interface PlanHolder {
  readonly userId: string;
  readonly tier: Tier;
  readonly state: BillingState;
}

/** In a transaction, before its writes; null where the user has no profile. */
export async function readPlanHolder(
  transaction: Transaction,
  db: Firestore,
  userId: string,
): Promise<PlanHolder | null> {
  const [user, billing] = await transaction.getAll(
    db.doc(paths.user(userId)),
    db.doc(billingPath(userId)),
  );
  const holder = user && readDocument(user, planHolderSchema);
  if (!holder) return null;
  const known = billing && readBilling(billing);
  return { userId, tier: holder.tier, state: known?.state ?? emptyState };
}

/**
 * Writes a user's new state and, where it changes, the plan with all that it allows; credits that were used stay
 * used, and what is left is never below none. @returns the plan
 */
export function writePlan(
  transaction: Transaction,
  { db, clock, plans: products }: PlanDependencies,
  { userId, tier: before }: PlanHolder,
  state: BillingState,
): Tier {
  const now = clock();
  const { tier, subscription, checkAt } = planOf(state, now, products);
  const customers = customersOf(state);
  const later = new Date(now.getTime() + CHECK_AGAIN_MS);
  transaction.set(db.doc(billingPath(userId)), {
    userId,
    polarCustomerId: subscription?.customerId ?? customers.at(-1) ?? null,
    polarCustomerIds: customers,
    tier,
    subscription,
    state,
    checkAt: checkAt && checkAt <= now ? later : checkAt,
    updatedAt: now,
  });
  if (tier === before) return tier;
  const { maxCredits, maxDuration, features } = plans[tier];
  const change = { tier, maxCredits, maxDuration, features, updatedAt: now };
  transaction.update(db.doc(paths.user(userId)), change);
  logEvent(transaction, db, 'plan_changed', { userId, from: before, to: tier }, now);
  return tier;
}

/** The user whom a Polar customer was found to be before; null for none. */
export async function userOfCustomer(db: Firestore, customerId: string): Promise<string | null> {
  const query = db.collection('billing').where('polarCustomerIds', 'array-contains', customerId);
  const found = await query.limit(1).get();
  return found.docs[0]?.id ?? null;
}

export function pendingRef(db: Firestore, customerId: string): DocumentReference {
  return db.doc(pendingPath(customerId));
}
