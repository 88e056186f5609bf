import type { XAccount } from '@quikthread/contract';
import type { Transaction } from 'firebase-admin/firestore';
import { profileMissing } from '../../engine/lifecycle.js';
import type { Caller, ParsedInput } from '../../platform/callable.js';
import { CallError } from '../../platform/errors.js';
import { randomId } from '../../platform/ids.js';
import type { GrantDependencies } from './dependencies.js';
import { idOfSecret } from './oneTimeSecret.js';
import { revokeStored } from './revoke.js';
import {
  loadGrant,
  pendingRef,
  readPending,
  readTokens,
  storeGrant,
  tokensRef,
  userRef,
} from './store.js';
import type { PendingConnection, Tokens } from './store.js';

type Confirmation =
  | { readonly outcome: 'missing' }
  | { readonly outcome: 'destroyed'; readonly pending: PendingConnection }
  | { readonly outcome: 'confirmed'; readonly account: XAccount; readonly former: Tokens | null };

/**
 * Makes a pending connection the caller's own, who must be the user that began it; anybody else's attempt
 * ends it. A former grant of the caller is replaced and revoked.
 * @throws CallError `x_connection_invalid`, `profile_missing`
 */
export async function confirmX(
  deps: GrantDependencies,
  { connection }: ParsedInput<'confirmX'>,
  { userId }: Caller,
): Promise<XAccount> {
  const grantId = randomId();
  const result = await deps.db.runTransaction((transaction) =>
    confirm(deps, transaction, idOfSecret(connection), userId, grantId),
  );
  if (result.outcome === 'confirmed') {
    const { account, former } = result;
    if (former) await revokeStored(deps, former, { userId, purpose: 'token' });
    return account;
  }
  if (result.outcome === 'destroyed') {
    const { pending } = result;
    await revokeStored(deps, pending, { userId: pending.userId, purpose: 'connection' });
  }
  throw new CallError(
    { code: 'x_connection_invalid' },
    'This connection is not valid, or no longer: connect the account again.',
  );
}

async function confirm(
  { db, clock, vault }: GrantDependencies,
  transaction: Transaction,
  pendingId: string,
  userId: string,
  grantId: string,
): Promise<Confirmation> {
  const ref = pendingRef(db, pendingId);
  const pending = readPending(await transaction.get(ref));
  const former = readTokens(await transaction.get(tokensRef(db, userId)));
  const user = await transaction.get(userRef(db, userId));
  if (!pending) return { outcome: 'missing' };
  const now = clock();
  if (pending.userId !== userId || now >= pending.expiresAt) {
    transaction.delete(ref);
    return { outcome: 'destroyed', pending };
  }
  if (!user.exists) throw profileMissing();
  const { identity } = pending;
  const grant = loadGrant(vault, pending, { userId, purpose: 'connection' });
  const tokens: Tokens = {
    userId,
    identity,
    grantId,
    ...storeGrant(vault, grant, { userId, purpose: 'token' }),
    status: 'connected',
    lease: null,
    connectedAt: now,
    updatedAt: now,
  };
  const account: XAccount = {
    username: identity.username,
    name: identity.name,
    connectedAt: now.toISOString(),
    status: 'connected',
  };
  transaction.delete(ref);
  transaction.set(tokensRef(db, userId), tokens);
  transaction.update(user.ref, { xAccount: account, updatedAt: now });
  return { outcome: 'confirmed', account, former };
}
