import type { CallableOutput } from '@quikthread/contract';
import type { Caller } from '../../platform/callable.js';
import { asXCallError } from '../../platform/xErrors.js';
import type { GrantDependencies } from './dependencies.js';
import { notConnected } from './errors.js';
import { revokeStored } from './revoke.js';
import { readTokens, tokensRef, userRef } from './store.js';

/**
 * Ends the connection. The tokens are deleted first: what X could not be told to revoke, nobody can use.
 * @throws CallError `x_not_connected`
 */
export async function disconnectX(
  deps: GrantDependencies,
  { userId }: Caller,
): Promise<CallableOutput<'disconnectX'>> {
  const { db, clock } = deps;
  const tokens = await db.runTransaction(async (transaction) => {
    const stored = readTokens(await transaction.get(tokensRef(db, userId)));
    const user = await transaction.get(userRef(db, userId));
    if (!stored) return null;
    transaction.delete(tokensRef(db, userId));
    if (user.exists) transaction.update(user.ref, { xAccount: null, updatedAt: clock() });
    return stored;
  });
  if (!tokens) throw asXCallError(notConnected(), clock());
  return { revoked: await revokeStored(deps, tokens, { userId, purpose: 'token' }) };
}
