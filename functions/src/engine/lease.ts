import type { Firestore, Transaction } from 'firebase-admin/firestore';
import { hasEnded, readRun, runPath } from './documents.js';
import type { Run } from './documents.js';

/** The run belongs to somebody else by now, or has ended: whoever holds this must stop, silently. */
export class LeaseLostError extends Error {
  constructor(jobId: string) {
    super(`The lease on job ${jobId} is lost.`);
    this.name = 'LeaseLostError';
  }
}

export interface Claimed {
  readonly outcome: 'claimed';
  readonly run: Run;
  readonly expiresAt: Date;
}

export type Claim =
  | Claimed
  /** Somebody holds it, or it rests, until the time given. */
  | { readonly outcome: 'held'; readonly until: Date }
  | { readonly outcome: 'ended' }
  | { readonly outcome: 'missing' };

/** What a claim makes of a run: pure, so that every case is a plain test. */
export function planClaim(
  run: Run | null,
  now: Date,
): 'missing' | 'ended' | 'take' | { held: Date } {
  if (!run) return 'missing';
  if (hasEnded(run)) return 'ended';
  if (run.lease && run.lease.expiresAt > now) return { held: run.lease.expiresAt };
  if (run.notBefore && run.notBefore > now) return { held: run.notBefore };
  return 'take';
}

/** Takes the lease on a job's run in a transaction: of any number that race, one gets it. */
export async function claim(
  db: Firestore,
  jobId: string,
  owner: string,
  now: Date,
  leaseSeconds: number,
): Promise<Claim> {
  return db.runTransaction(async (transaction) => {
    const ref = db.doc(runPath(jobId));
    const run = readRun(await transaction.get(ref));
    const plan = planClaim(run, now);
    if (typeof plan === 'object') return { outcome: 'held', until: plan.held };
    if (plan !== 'take' || !run) return { outcome: plan === 'ended' ? 'ended' : 'missing' };
    // A run that let go on purpose counted its attempt then; one that is found without a
    // holder was cut off in the middle, and that counts too.
    const attempts = run.notBefore ? run.attempts : run.attempts + 1;
    const expiresAt = new Date(now.getTime() + leaseSeconds * 1000);
    transaction.update(ref, { lease: { owner, expiresAt }, notBefore: null, attempts });
    return { outcome: 'claimed', run: { ...run, attempts }, expiresAt };
  });
}

/**
 * Reads the run inside a transaction and makes sure that `owner` still holds it.
 * @throws LeaseLostError
 */
export async function readOwnRun(
  transaction: Transaction,
  db: Firestore,
  jobId: string,
  owner: string,
): Promise<Run> {
  const run = readRun(await transaction.get(db.doc(runPath(jobId))));
  if (!run || hasEnded(run) || run.lease?.owner !== owner) throw new LeaseLostError(jobId);
  return run;
}

/** Extends the lease. @throws LeaseLostError where it is no longer held. */
export async function renew(
  db: Firestore,
  jobId: string,
  owner: string,
  now: Date,
  leaseSeconds: number,
): Promise<void> {
  await db.runTransaction(async (transaction) => {
    await readOwnRun(transaction, db, jobId, owner);
    const expiresAt = new Date(now.getTime() + leaseSeconds * 1000);
    transaction.update(db.doc(runPath(jobId)), { lease: { owner, expiresAt } });
  });
}
