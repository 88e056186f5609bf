import { paths } from '@quikthread/contract';
import type { JobKindName, JobStatus } from '@quikthread/contract';
import type { Firestore, Transaction } from 'firebase-admin/firestore';
import { readDocument } from '../platform/documents.js';
import { CallError } from '../platform/errors.js';
import { correlationId } from '../platform/log.js';
import { accountSchema, reserveCredit } from './credits.js';
import type { Account } from './credits.js';
import type { EngineDependencies } from './dependencies.js';
import { hasEnded, readJob, readRun, runPath } from './documents.js';
import type { Run } from './documents.js';
import { end, publish } from './transitions.js';

export interface NewJob {
  readonly jobId: string;
  readonly userId: string;
  readonly kind: JobKindName;
  readonly type: JobStatus['type'];
  readonly input: Readonly<Record<string, unknown>>;
  /** Whose credit it takes; null for jobs that cost none. */
  readonly account: Account | null;
  /** When it may begin; at once unless told. */
  readonly startsAt?: Date;
}

/**
 * Writes a new job and sets its credit aside, in the caller's transaction, after its reads.
 * Its record, where its kind has one, is the caller's to create.
 * @throws CallError `quota_exceeded`
 */
export function insertJob(transaction: Transaction, db: Firestore, job: NewJob, now: Date): void {
  const { jobId, userId, kind, type, input, account, startsAt } = job;
  if (account) {
    const taken = { ...reserveCredit(account, now), updatedAt: now };
    transaction.update(db.doc(paths.user(userId)), taken);
  }
  transaction.create(db.doc(paths.job(jobId)), {
    jobId,
    userId,
    kind,
    type,
    ...freshFields,
    ...(startsAt && { status: 'scheduled' }),
    duration: null,
    threads: null,
    createdAt: now,
    updatedAt: now,
  });
  const run: Omit<Run, 'input'> = {
    userId,
    kind,
    createdAt: now,
    correlationId: correlationId() ?? null,
    round: 1,
    // One that rests counted its attempt beforehand: see claim.
    attempts: startsAt ? 1 : 0,
    lease: null,
    notBefore: startsAt ?? null,
    checkpoints: {},
    costsCredit: account !== null,
    sweeps: 0,
    end: null,
  };
  transaction.create(db.doc(runPath(jobId)), { ...run, input });
}

/** What a job shows when it begins, for the first time or again. */
const freshFields = {
  status: 'processing',
  progress: 0,
  error: null,
  errorCode: null,
  completedAt: null,
} as const;

/** Conditions of a caller's own, read in the same transaction; what it throws refuses the call. */
export type Guard = (transaction: Transaction) => Promise<void>;

/**
 * Cancels a job that has not ended: its credit comes back at once, and whoever works on it
 * finds the lease gone.
 * @throws CallError `job_missing`, `job_not_yours`, `job_wrong_state`, and what `guard` throws
 */
export async function cancelJob(
  { db, clock, kindOf }: Pick<EngineDependencies, 'db' | 'clock' | 'kindOf'>,
  jobId: string,
  userId: string,
  guard?: Guard,
): Promise<void> {
  await db.runTransaction(async (transaction) => {
    await guard?.(transaction);
    const { job, run } = await readOwnJob(transaction, db, jobId, userId);
    if (hasEnded(run)) throw wrongState(job, 'Only a job that is under way can be cancelled.');
    const now = clock();
    const changed = { db, jobId, now, kind: await kindOf(run.kind) };
    await end(transaction, changed, run, 'cancelled');
    const change = { status: 'cancelled', completedAt: now } as const;
    publish(transaction, changed, {}, change, job.status !== 'scheduled');
  });
}

/**
 * Starts a failed or cancelled job again, with a credit of its own where it costs one; what its
 * steps had finished is kept. The task goes out first and waits for the round: a job is never left without one.
 * A job that has a record starts again only with a guard of its feature's.
 * @throws CallError `job_missing`, `job_not_yours`, `job_wrong_state`, `profile_missing`, `quota_exceeded`,
 * and what `guard` throws
 */
export async function retryJob(
  deps: Pick<EngineDependencies, 'db' | 'schedule' | 'clock' | 'kindOf'>,
  jobId: string,
  userId: string,
  guard?: Guard,
): Promise<void> {
  const { db, clock } = deps;
  const first = readRun(await db.doc(runPath(jobId)).get());
  const round = (first?.round ?? 0) + 1;
  if (first?.userId === userId && canStartAgain(first)) {
    await deps.schedule({ jobId, round, notBefore: clock().toISOString() });
  }
  await db.runTransaction(async (transaction) => {
    await guard?.(transaction);
    const { job, run } = await readOwnJob(transaction, db, jobId, userId);
    const userRef = db.doc(paths.user(userId));
    const account = readDocument(await transaction.get(userRef), accountSchema);
    if (!account) throw profileMissing();
    if (!canStartAgain(run) || run.round !== round - 1) {
      throw wrongState(job, 'Only a job that failed or was cancelled can be retried.');
    }
    const kind = await deps.kindOf(run.kind);
    if (kind.record && !guard)
      throw wrongState(job, 'A job of this kind is not retried by itself.');
    const now = clock();
    if (run.costsCredit) {
      transaction.update(userRef, { ...reserveCredit(account, now), updatedAt: now });
    }
    transaction.update(db.doc(runPath(jobId)), { round, attempts: 0, sweeps: 0, end: null });
    publish(transaction, { db, jobId, now, kind }, {}, freshFields);
  });
}

function canStartAgain(run: Run): boolean {
  return run.end === 'failed' || run.end === 'cancelled';
}

/** @throws CallError `job_missing`, `job_not_yours` */
export function ownJob(job: JobStatus | null, userId: string): JobStatus {
  if (!job) throw new CallError({ code: 'job_missing' }, 'There is no job with this id.');
  if (job.userId !== userId) {
    throw new CallError({ code: 'job_not_yours' }, 'This job belongs to another user.');
  }
  return job;
}

/** The refusal of a call that needs a profile, before `initUser`. */
export function profileMissing(): CallError {
  return new CallError(
    { code: 'profile_missing' },
    'There is no profile yet: call initUser first.',
  );
}

async function readOwnJob(
  transaction: Transaction,
  db: Firestore,
  jobId: string,
  userId: string,
): Promise<{ job: JobStatus; run: Run }> {
  const [jobSnapshot, runSnapshot] = await transaction.getAll(
    db.doc(paths.job(jobId)),
    db.doc(runPath(jobId)),
  );
  const job = ownJob(jobSnapshot ? readJob(jobSnapshot) : null, userId);
  const run = runSnapshot ? readRun(runSnapshot) : null;
  if (!run) throw new Error(`Job ${jobId} has no run.`);
  return { job, run };
}

function wrongState(job: JobStatus, message: string): CallError {
  return new CallError(
    { code: 'job_wrong_state', status: job.status },
    `${message} This one is ${job.status}.`,
  );
}
