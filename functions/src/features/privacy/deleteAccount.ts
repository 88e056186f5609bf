import { paths, RECENT_SIGN_IN_SECONDS } from '@quikthread/contract';
import type { CallableOutput } from '@quikthread/contract';
import type { Caller } from '../../platform/callable.js';
import { CallError } from '../../platform/errors.js';
import type { RequestDependencies } from './dependencies.js';
import { deletionRef, newDeletion } from './store.js';

/**
 * Begins the deletion of the caller's account. The profile goes at once, in the same transaction, and with it
 * whatever needs one: nothing new can be begun. The task goes out first and waits for the document, so that no
 * deletion is left without one; a call for one that is under way only sends another.
 * @throws CallError `reauthentication_required`
 */
export async function deleteAccount(
  { db, clock, enqueue }: RequestDependencies,
  { userId, signedInAt }: Caller,
): Promise<CallableOutput<'deleteAccount'>> {
  const now = clock();
  // False too for a token that does not say when.
  const isRecent = now.getTime() - signedInAt.getTime() <= RECENT_SIGN_IN_SECONDS * 1000;
  if (!isRecent) {
    throw new CallError(
      { code: 'reauthentication_required' },
      'Sign in again first: deleting an account needs a sign-in within the last minutes.',
    );
  }
  await enqueue({ userId, enqueuedAt: now.toISOString() });
  await db.runTransaction(async (transaction) => {
    const ref = deletionRef(db, userId);
    if ((await transaction.get(ref)).exists) return;
    transaction.create(ref, newDeletion(userId, now));
    transaction.delete(db.doc(paths.user(userId)));
  });
  return { status: 'deleting' };
}
