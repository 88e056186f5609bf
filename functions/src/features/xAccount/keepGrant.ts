import type { DocumentSnapshot, Transaction } from 'firebase-admin/firestore';
import type { XGrant } from '../../providers/x/types.js';
import type { GrantDependencies } from './dependencies.js';
import { readTokens, readXAccount, storeGrant, tokensRef, userRef } from './store.js';
import type { Tokens } from './store.js';

/**
 * Writes the grant that came of refreshing another, if that one is still the user's: whoever holds the
 * lease by now, only this grant is good. `newGrantId` names it over retries of the transaction.
 * @returns whether it is kept; false where the user disconnected, or connected anew, in the meantime
 */
export async function keepGrant(
  { db, clock, vault }: GrantDependencies,
  userId: string,
  replaced: string,
  { grant, newGrantId }: { readonly grant: XGrant; readonly newGrantId: string },
): Promise<boolean> {
  return db.runTransaction(async (transaction) => {
    const { tokens, user } = await read(transaction);
    // The commit before this one got through and only its answer was lost.
    if (tokens?.grantId === newGrantId) return true;
    if (tokens?.grantId !== replaced) return false;
    const updatedAt = clock();
    transaction.update(tokensRef(db, userId), {
      grantId: newGrantId,
      ...storeGrant(vault, grant, { userId, purpose: 'token' }),
      status: 'connected',
      lease: null,
      updatedAt,
    });
    showStatus(transaction, user, 'connected', updatedAt);
    return true;
  });

  async function read(transaction: Transaction) {
    const tokens = readTokens(await transaction.get(tokensRef(db, userId)));
    return { tokens, user: await transaction.get(userRef(db, userId)) };
  }
}

/**
 * X refused this grant for good: the account has to be connected again, and its profile says so.
 * @returns whether it is marked; false where another grant has taken its place
 */
export async function markReconnectRequired(
  { db, clock }: Pick<GrantDependencies, 'db' | 'clock'>,
  userId: string,
  grantId: string,
): Promise<boolean> {
  return db.runTransaction(async (transaction) => {
    const tokens = readTokens(await transaction.get(tokensRef(db, userId)));
    const user = await transaction.get(userRef(db, userId));
    if (tokens?.grantId !== grantId) return false;
    const updatedAt = clock();
    const status = 'reconnect_required';
    transaction.update(tokensRef(db, userId), { status, lease: null, updatedAt });
    showStatus(transaction, user, status, updatedAt);
    return true;
  });
}

function showStatus(
  transaction: Transaction,
  user: DocumentSnapshot,
  status: Tokens['status'],
  updatedAt: Date,
): void {
  const account = readXAccount(user);
  if (!account || account.status === status) return;
  transaction.update(user.ref, { 'xAccount.status': status, updatedAt });
}
