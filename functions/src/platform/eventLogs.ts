import type { Firestore, Transaction } from 'firebase-admin/firestore';
import { randomId } from './ids.js';
import { correlationId } from './log.js';
import type { LogFields } from './log.js';

/** How long event logs are kept; Firestore's TTL policy on `expiresAt` deletes them. */
const KEEP_DAYS = 90;

/** What is worth counting of the product's use (specification, step 10). */
export type EventType =
  | 'user_signed_up'
  | 'job_completed'
  | 'job_failed'
  | 'job_cancelled'
  | 'plan_changed'
  | 'account_deleted';

/**
 * Writes `event-logs/{id}` in the transaction that makes it true. `data` holds ids, codes and counts only.
 */
export function logEvent(
  transaction: Transaction,
  db: Firestore,
  type: EventType,
  data: LogFields,
  now: Date,
): void {
  transaction.create(db.doc(`event-logs/${randomId()}`), {
    type,
    data: { ...data, correlationId: correlationId() ?? null },
    timestamp: now,
    expiresAt: new Date(now.getTime() + KEEP_DAYS * 24 * 3600 * 1000),
  });
}
