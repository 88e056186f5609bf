import { paths } from '@quikthread/contract';
import type { JobState } from '@quikthread/contract';
import { FieldValue } from 'firebase-admin/firestore';
import type { Firestore, Transaction } from 'firebase-admin/firestore';
import { readDocument } from '../platform/documents.js';
import { errorDocument } from '../platform/errorLogs.js';
import type { JobError } from '../platform/errors.js';
import { randomId } from '../platform/ids.js';
import { accountSchema, settleCredit } from './credits.js';
import type { Settlement } from './credits.js';
import { runPath } from './documents.js';
import { readOwnRun } from './lease.js';
import type { AnyStep } from './step.js';
import type { Publication } from './types.js';

/** Who changes the run, and when. */
export interface Holder {
  readonly db: Firestore;
  readonly jobId: string;
  readonly owner: string;
  readonly now: Date;
}

/**
 * Keeps a finished step's result and moves on to the next step, in one transaction with what
 * the step publishes. @throws LeaseLostError
 */
export async function checkpoint(
  holder: Holder,
  step: AnyStep,
  result: unknown,
  publication: Publication,
  next: AnyStep,
): Promise<void> {
  const { db, jobId, owner, now } = holder;
  const kept =
    step.keep === 'storage' ? { keep: step.keep, at: now } : { keep: step.keep, at: now, result };
  await db.runTransaction(async (transaction) => {
    await readOwnRun(transaction, db, jobId, owner);
    transaction.update(db.doc(runPath(jobId)), {
      [`checkpoints.${step.name}`]: kept,
      attempts: 1,
    });
    const { status, progress } = next;
    publish(transaction, holder, publication, { status, progress });
  });
}

/** Ends the job as completed and uses its credit, in one transaction. @throws LeaseLostError */
export async function complete(holder: Holder, publication: Publication): Promise<void> {
  const { db, jobId, owner, now } = holder;
  await db.runTransaction(async (transaction) => {
    const run = await readOwnRun(transaction, db, jobId, owner);
    await settle(transaction, db, jobId, run.userId, 'used', now);
    publish(transaction, holder, publication, {
      status: 'completed',
      progress: 100,
      completedAt: now,
    });
  });
}

/**
 * Ends the job as failed, returns its credit and records the private cause, in one transaction.
 * @returns the id of the record in `error-logs`
 * @throws LeaseLostError
 */
export async function fail(holder: Holder, step: string, error: JobError): Promise<string> {
  const { db, jobId, owner, now } = holder;
  const errorId = randomId();
  await db.runTransaction(async (transaction) => {
    const { userId } = await readOwnRun(transaction, db, jobId, owner);
    await settle(transaction, db, jobId, userId, 'returned', now);
    publish(
      transaction,
      holder,
      {},
      { status: 'failed', error: error.message, errorCode: error.code, completedAt: now },
    );
    const context = { userId, jobId, service: step };
    const document = errorDocument({ errorId, error, context }, now);
    transaction.set(db.doc(`error-logs/${errorId}`), document);
  });
  return errorId;
}

/** Counts a failed attempt of the current step; the lease stays. @throws LeaseLostError */
export async function countAttempt(holder: Holder): Promise<void> {
  const { db, jobId, owner } = holder;
  await db.runTransaction(async (transaction) => {
    await readOwnRun(transaction, db, jobId, owner);
    transaction.update(db.doc(runPath(jobId)), { attempts: FieldValue.increment(1) });
  });
}

/** Lets go of the run until `notBefore`. @throws LeaseLostError */
export async function release(
  holder: Holder,
  notBefore: Date,
  attemptFailed: boolean,
): Promise<void> {
  const { db, jobId, owner } = holder;
  await db.runTransaction(async (transaction) => {
    await readOwnRun(transaction, db, jobId, owner);
    transaction.update(db.doc(runPath(jobId)), {
      lease: null,
      notBefore,
      attempts: FieldValue.increment(attemptFailed ? 1 : 0),
    });
  });
}

/**
 * Settles the run's credit and lets go of its lease: this is what ends a run.
 * Reads before it writes, as a transaction must. A user who is gone has no account to settle.
 */
export async function settle(
  transaction: Transaction,
  db: Firestore,
  jobId: string,
  userId: string,
  settlement: Settlement,
  now: Date,
): Promise<void> {
  const userRef = db.doc(paths.user(userId));
  const account = readDocument(await transaction.get(userRef), accountSchema);
  if (account) {
    transaction.update(userRef, { ...settleCredit(account, settlement, now), updatedAt: now });
  }
  transaction.update(db.doc(runPath(jobId)), { credit: settlement, lease: null, notBefore: null });
}

interface Change {
  readonly status: JobState;
  readonly progress?: number;
  readonly error?: string;
  readonly errorCode?: string;
  readonly completedAt?: Date;
}

function publish(
  transaction: Transaction,
  { db, jobId, now }: Holder,
  publication: Publication,
  change: Change,
): void {
  const job = paths.job(jobId);
  transaction.update(db.doc(job), { ...publication.job, ...change, updatedAt: now });
  for (const [path, document] of Object.entries(publication.documents ?? {})) {
    transaction.set(db.doc(`${job}/${path}`), { ...document });
  }
}
