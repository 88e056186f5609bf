import type { Quota } from '@quikthread/contract';
import { currentAccount, quotaOf } from '../../engine/credits.js';
import { profileMissing } from '../../engine/lifecycle.js';
import type { Caller } from '../../platform/callable.js';
import type { UserDependencies } from './dependencies.js';
import { readUser, userRef } from './store.js';

/**
 * The caller's credits; a month whose reset date has passed is reset first.
 * @throws CallError `profile_missing` before `initUser`
 */
export async function getQuota({ db, clock }: UserDependencies, caller: Caller): Promise<Quota> {
  const ref = userRef(db, caller.userId);
  const now = clock();
  const user = readUser(await ref.get());
  if (!user) throw profileMissing();
  if (now < user.resetDate) return quotaOf(user);
  return db.runTransaction(async (transaction) => {
    const stored = readUser(await transaction.get(ref));
    if (!stored) throw profileMissing();
    const current = currentAccount(stored, now);
    const { creditsUsed, resetDate } = current;
    transaction.update(ref, { creditsUsed, resetDate, updatedAt: now });
    return quotaOf(current);
  });
}
