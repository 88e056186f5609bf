import type { Profile } from '@quikthread/contract';
import { currentAccount } from '../../engine/credits.js';
import type { Caller } from '../../platform/callable.js';
import { logEvent } from '../../platform/eventLogs.js';
import { refuseWhileDeleting } from '../../platform/deletions.js';
import type { UserDependencies } from './dependencies.js';
import { newUser } from './newUser.js';
import { readUser, toProfile, userRef } from './store.js';

/**
 * Creates the caller's profile once, however many calls race, and answers it.
 * @throws CallError `deletion_under_way`
 */
export async function initUser({ db, clock }: UserDependencies, caller: Caller): Promise<Profile> {
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
