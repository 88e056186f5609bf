import type { Profile } from '@quikthread/contract';
import { currentAccount } from '../../engine/credits.js';
import { profileMissing } from '../../engine/lifecycle.js';
import type { Caller, ParsedInput } from '../../platform/callable.js';
import type { UserDependencies } from './dependencies.js';
import { readUser, toProfile, userRef } from './store.js';

/**
 * Replaces the display name, the settings, or both; what is not named stays.
 * @throws CallError `profile_missing` before `initUser`
 */
export async function updateSettings(
  { db, clock }: UserDependencies,
  input: ParsedInput<'updateSettings'>,
  caller: Caller,
): Promise<Profile> {
  const ref = userRef(db, caller.userId);
  return db.runTransaction(async (transaction) => {
    const user = readUser(await transaction.get(ref));
    if (!user) throw profileMissing();
    const updatedAt = clock();
    const change = {
      displayName: input.displayName === undefined ? user.displayName : input.displayName,
      settings: withoutUndefined(input.settings ?? user.settings),
      updatedAt,
    };
    transaction.update(ref, change);
    return toProfile(currentAccount({ ...user, ...change }, updatedAt));
  });
}

/** Firestore stores no undefined. */
function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}
