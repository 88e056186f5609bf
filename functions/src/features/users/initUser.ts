import type { Profile } from '@quikthread/contract';
import { currentAccount } from '../../engine/credits.js';
import type { Caller } from '../../platform/callable.js';
import { logEvent } from '../../platform/eventLogs.js';
import type { UserDependencies } from './dependencies.js';
import { newUser } from './newUser.js';
import { readUser, toProfile, userRef } from './store.js';

/** Creates the caller's profile once, however many calls race, and answers it. */
export async function initUser({ db, clock }: UserDependencies, caller: Caller): Promise<Profile> {
  const ref = userRef(db, caller.userId);
  return db.runTransaction(async (transaction) => {
    const now = clock();
    const known = readUser(await transaction.get(ref));
    if (known) return toProfile(currentAccount(known, now));
    const user = newUser(caller.userId, caller.email, now);
    transaction.create(ref, user);
    logEvent(transaction, db, 'user_signed_up', { userId: user.userId }, now);
    return toProfile(user);
  });
}
