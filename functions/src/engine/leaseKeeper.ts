import { sleep } from '../platform/clock.js';
import { describeError } from '../platform/errors.js';
import { log } from '../platform/log.js';
import type { EngineDependencies } from './dependencies.js';
import { LeaseLostError, renew } from './lease.js';

export interface KeptLease {
  /** Aborts with LeaseLostError once the lease is lost: cancelled, taken over, or not renewed in time. */
  readonly signal: AbortSignal;
  /** Ends the renewals; resolves when none is under way. */
  stop(): Promise<void>;
}

/** Renews a lease at a third of its length until stopped. */
export function keepLease(
  deps: EngineDependencies,
  jobId: string,
  owner: string,
  expiresAt: Date,
): KeptLease {
  const lost = new AbortController();
  const stopped = new AbortController();
  const renewals = renewUntil(deps, jobId, owner, expiresAt, stopped.signal).catch(
    (error: unknown) => {
      if (!stopped.signal.aborted) lost.abort(error);
    },
  );
  return {
    signal: lost.signal,
    async stop() {
      stopped.abort();
      await renewals;
    },
  };
}

/** @throws LeaseLostError when the lease is gone, or the signal's reason when stopped */
async function renewUntil(
  deps: EngineDependencies,
  jobId: string,
  owner: string,
  firstExpiry: Date,
  signal: AbortSignal,
): Promise<never> {
  const { db, clock, leaseSeconds } = deps;
  let expiresAt = firstExpiry;
  for (;;) {
    await sleep((leaseSeconds * 1000) / 3, signal);
    const now = clock();
    try {
      await renew(db, jobId, owner, now, leaseSeconds);
      expiresAt = new Date(now.getTime() + leaseSeconds * 1000);
    } catch (error) {
      // A renewal that did not get through may be tried again while the lease still stands.
      if (error instanceof LeaseLostError || clock() >= expiresAt) {
        throw new LeaseLostError(jobId);
      }
      log('WARNING', 'lease not renewed', { jobId, cause: describeError(error).message });
    }
  }
}
