import type { DocumentSnapshot } from 'firebase-admin/firestore';
import { isChangedMeanwhile } from '../../platform/documents.js';
import type { GrantDependencies } from './dependencies.js';
import { revokeStored } from './revoke.js';
import { ownPending, readPending, readTokens, tokensRef } from './store.js';
import type { StoredGrant } from './store.js';
import type { SealContext } from './vault.js';

type Purpose = SealContext['purpose'];

/**
 * Ends all that a user has granted at X, what was not confirmed yet too. What X has revoked is deleted here;
 * the rest stays for another try. @returns whether nothing is left
 */
export async function endGrants(deps: GrantDependencies, userId: string): Promise<boolean> {
  const { db } = deps;
  const tokens = await tokensRef(db, userId).get();
  const pending = await ownPending(db, userId).get();
  const ends = pending.docs.map((snapshot) =>
    endGrant(deps, userId, snapshot, readPending(snapshot), 'connection'),
  );
  const ended = await Promise.all([
    endGrant(deps, userId, tokens, readTokens(tokens), 'token'),
    ...ends,
  ]);
  return !ended.includes(false);
}

async function endGrant(
  deps: GrantDependencies,
  userId: string,
  { ref, updateTime }: DocumentSnapshot,
  stored: StoredGrant | null,
  purpose: Purpose,
): Promise<boolean> {
  if (!stored) return true;
  if (!(await revokeStored(deps, stored, { userId, purpose }))) return false;
  try {
    // A refresh may have put another grant there, which is to be revoked first.
    await ref.delete(updateTime ? { lastUpdateTime: updateTime } : {});
    return true;
  } catch (error) {
    if (isChangedMeanwhile(error)) return false;
    throw error;
  }
}
