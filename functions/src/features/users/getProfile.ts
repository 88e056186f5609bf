import type { Profile } from '@quikthread/contract';
import { currentAccount } from '../../engine/credits.js';
import { profileMissing } from '../../engine/lifecycle.js';
import type { Caller } from '../../platform/callable.js';
import type { UserDependencies } from './dependencies.js';
import { readUser, toProfile, userRef } from './store.js';

/** @throws CallError `profile_missing` before `initUser` */
export async function getProfile(
  { db, clock }: UserDependencies,
  caller: Caller,
): Promise<Profile> {
  const user = readUser(await userRef(db, caller.userId).get());
  if (!user) throw profileMissing();
  return toProfile(currentAccount(user, clock()));
}
