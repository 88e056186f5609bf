import { paths } from '@quikthread/contract';
import { FieldValue } from 'firebase-admin/firestore';
import type { Firestore, Transaction } from 'firebase-admin/firestore';
import { readDocument } from '../platform/documents.js';
import { logEvent } from '../platform/eventLogs.js';
import { errorDocument } from '../platform/errorLogs.js';
import type { JobError } from '../platform/errors.js';
import { randomId } from '../platform/ids.js';
import { accountSchema, settleCredit } from './credits.js';
import type { Account, CreditFields } from './credits.js';
import { runPath } from './documents.js';
import type { Run } from './documents.js';
import { readOwnRun } from './lease.js';
import type { AnyStep } from './step.js';
import type { JobChange, JobShape, Publication } from './types.js';

/** A job that is to change, and when. */
export interface Changed {
  readonly db: Firestore;
  readonly jobId: string;
  readonly now: Date;
  readonly kind: JobShape;
}

/** Who changes the run. */
export interface Holder extends Changed {
  readonly owner: string;
}

/** Shows that a job goes on, after whatever it waited for, with this step. @throws LeaseLostError */
export async function begin(holder: Holder, { status, progress }: AnyStep): Promise<void> {
  const { db, jobId, owner } = holder;
  await db.runTransaction(async (transaction) => {
    const run = await readOwnRun(transaction, db, jobId, owner);
    await changeProfile(transaction, holder, run, () => null);
    publish(transaction, holder, {}, { status, progress });
  });
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
    await end(transaction, holder, run, 'completed');
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
  const { db, jobId, owner } = holder;
  return db.runTransaction(async (transaction) => {
    const run = await readOwnRun(transaction, db, jobId, owner);
    return failRun(transaction, holder, run, step, error);
  });
}

/**
 * The same of a run that the caller has read in its transaction.
 * @param service what is named as the place of the failure
 */
export async function failRun(
  transaction: Transaction,
  changed: Changed,
  run: Run,
  service: string,
  error: JobError,
): Promise<string> {
  const { db, jobId, now } = changed;
  const errorId = randomId();
  await end(transaction, changed, run, 'failed');
  const { message, code: errorCode } = error;
  const change = { status: 'failed', error: message, errorCode, completedAt: now } as const;
  publish(transaction, changed, {}, change);
  const context = { userId: run.userId, jobId, service };
  const document = errorDocument({ errorId, error, context }, now);
  transaction.set(db.doc(`error-logs/${errorId}`), document);
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

/**
 * Lets go of the run until `notBefore`; where an attempt failed, that is counted, and the job's
 * record may say why it waits. @throws LeaseLostError
 */
export async function release(
  holder: Holder,
  notBefore: Date,
  failed?: { step: AnyStep; error: JobError },
): Promise<void> {
  const { db, jobId, owner } = holder;
  await db.runTransaction(async (transaction) => {
    await readOwnRun(transaction, db, jobId, owner);
    transaction.update(db.doc(runPath(jobId)), {
      lease: null,
      notBefore,
      attempts: FieldValue.increment(failed ? 1 : 0),
    });
    if (!failed) return;
    const { status } = failed.step;
    const { message: error, code: errorCode } = failed.error;
    const change = { status, error, errorCode, resumesAt: notBefore };
    updateRecord(transaction, holder, holder.kind.record?.fields(change, true));
  });
}

/**
 * Ends a run: settles its credit, where it has one, and lets go of its lease.
 * Reads before it writes, as a transaction must.
 */
export async function end(
  transaction: Transaction,
  changed: Changed,
  run: Run,
  outcome: NonNullable<Run['end']>,
): Promise<void> {
  const { db, jobId, now } = changed;
  const settlement = outcome === 'completed' ? 'used' : 'returned';
  await changeProfile(transaction, changed, run, (account) =>
    settleCredit(account, settlement, now),
  );
  const { userId, kind, round } = run;
  logEvent(transaction, db, `job_${outcome}`, { userId, jobId, kind, round }, now);
  transaction.update(db.doc(runPath(jobId)), { end: outcome, lease: null, notBefore: null });
}

/**
 * Changes what the owner's profile says of a job: its credit, where it has one, and what its record says.
 * A user who is gone has no profile to change.
 */
async function changeProfile(
  transaction: Transaction,
  { db, jobId, now, kind }: Changed,
  run: Run,
  settle: (account: Account) => CreditFields | null,
): Promise<void> {
  const fields = kind.record?.profileFields(jobId, kind.input.parse(run.input)) ?? null;
  if (!run.costsCredit && !fields) return;
  const ref = db.doc(paths.user(run.userId));
  const account = readDocument(await transaction.get(ref), accountSchema);
  if (!account) return;
  const settled = run.costsCredit ? settle(account) : null;
  transaction.update(ref, { ...settled, ...fields, updatedAt: now });
}

/** Changes the public job and what follows it. */
export function publish(
  transaction: Transaction,
  changed: Changed,
  publication: Publication,
  change: JobChange & { readonly progress?: number },
  begun = true,
): void {
  const { db, jobId, now, kind } = changed;
  const job = paths.job(jobId);
  transaction.update(db.doc(job), { ...publication.job, ...change, updatedAt: now });
  for (const [path, document] of Object.entries(publication.documents ?? {})) {
    transaction.set(db.doc(`${job}/${path}`), { ...document });
  }
  const fields = kind.record?.fields(change, begun);
  updateRecord(transaction, changed, { ...fields, ...publication.record });
}

function updateRecord(
  transaction: Transaction,
  { db, jobId, now, kind }: Changed,
  fields: Readonly<Record<string, unknown>> | undefined,
): void {
  if (!kind.record) return;
  transaction.update(db.doc(kind.record.path(jobId)), { ...fields, updatedAt: now });
}
