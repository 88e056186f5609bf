import { nextPlan, tierSchema } from '@quikthread/contract';
import type { Quota } from '@quikthread/contract';
import { z } from 'zod';
import { timestampSchema } from '../platform/documents.js';
import { CallError } from '../platform/errors.js';

/** The part of `users/{uid}` that decides what a job may cost and how long its recording may be. */
export const accountSchema = z.object({
  tier: tierSchema,
  creditsUsed: z.int().nonnegative(),
  creditsReserved: z.int().nonnegative(),
  maxCredits: z.int().nonnegative(),
  maxDuration: z.int().positive(),
  resetDate: timestampSchema,
});
export type Account = z.infer<typeof accountSchema>;

/** The fields that change when a credit is reserved or settled. */
export type CreditFields = Pick<Account, 'creditsUsed' | 'creditsReserved' | 'resetDate'>;

/** How a job's credit ends: used when the job completed, returned when it did not. */
export type Settlement = 'used' | 'returned';

/** The first day of the month after `now`, in UTC (specification, step 6). */
export function nextResetDate(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
}

/** The account as of `now`: a month whose reset date has passed begins with nothing used. */
export function currentAccount<A extends CreditFields>(account: A, now: Date): A {
  if (now < account.resetDate) return account;
  return { ...account, creditsUsed: 0, resetDate: nextResetDate(now) };
}

/** Credits that a new job may still take; never negative, whatever a change of plan left behind. */
export function remainingCredits(account: Account): number {
  return Math.max(0, account.maxCredits - account.creditsUsed - account.creditsReserved);
}

export function quotaOf(account: Account): Quota {
  const { creditsUsed, creditsReserved, maxCredits, tier, resetDate } = account;
  const remaining = remainingCredits(account);
  return {
    creditsUsed,
    creditsReserved,
    maxCredits,
    remaining,
    tier,
    resetDate: resetDate.toISOString(),
  };
}

/**
 * Sets one credit aside for a new job.
 * @throws CallError `quota_exceeded` with what was used, the plan's limit and the next plan.
 */
export function reserveCredit(account: Account, now: Date): CreditFields {
  const current = currentAccount(account, now);
  const { creditsUsed, creditsReserved, resetDate } = current;
  if (remainingCredits(current) < 1) throw quotaExceeded(current);
  return { creditsUsed, creditsReserved: creditsReserved + 1, resetDate };
}

function quotaExceeded(account: Account): CallError {
  const { creditsUsed, creditsReserved, maxCredits, tier, resetDate } = account;
  const better = nextPlan(tier, (plan) => plan.maxCredits > maxCredits);
  const upgrade = better ? ` The ${better} plan has more.` : '';
  const running = creditsReserved > 0 ? ` and ${creditsReserved} in running jobs` : '';
  return new CallError(
    {
      code: 'quota_exceeded',
      creditsUsed,
      creditsReserved,
      maxCredits,
      nextPlan: better,
      resetDate: resetDate.toISOString(),
    },
    `All ${maxCredits} credits of this month are taken: ${creditsUsed} used${running}.${upgrade}`,
  );
}

/** Settles a reserved credit, in the month in which the job ends. */
export function settleCredit(account: Account, settlement: Settlement, now: Date): CreditFields {
  const { creditsUsed, creditsReserved, resetDate } = currentAccount(account, now);
  return {
    creditsUsed: creditsUsed + (settlement === 'used' ? 1 : 0),
    creditsReserved: Math.max(0, creditsReserved - 1),
    resetDate,
  };
}
