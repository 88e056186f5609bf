import type { Profile } from '@quikthread/contract';
import { currentAccount } from '../../engine/credits.js';
import type { Caller } from '../../platform/callable.js';
import { logEvent } from '../../platform/eventLogs.js';
import { refuseWhileDeleting } from '../../platform/deletions.js';
import type { UserDependencies } from './dependencies.js';
import { newUser } from './newUser.js';
import { readUser, toProfile, userRef } from './store.js';

/**
 * Creates the caller's profile once, however many calls race, and answers it. A plan that was bought before there
 * was a profile, or before the caller had verified their address, is theirs from then on.
 * @throws CallError `deletion_under_way`
 */
export async function initUser(deps: UserDependencies, caller: Caller): Promise<Profile> {
  const profile = await openProfile(deps, caller);
  const claimed = await deps.claimPlan(caller);
  return claimed ? openProfile(deps, caller) : profile;
}

async function openProfile({ db, clock }: UserDependencies, caller: Caller): Promise<Profile> {
  const ref = userRef(db, caller.userId);
  return db.runTransaction(async (transaction) => {
    const now = clock();
    const known = readUser(await transaction.get(ref));
    if (known) return toProfile(currentAccount(known, now));
    await refuseWhileDeleting(transaction, db, caller.userId);
    const user = newUser(caller.userId, caller.email, now);
    transaction.create(ref, user);
    logEvent(transaction, db, 'user_signed_up', { userId: user.userId }, now);
    return toProfile(user);
  });
}
