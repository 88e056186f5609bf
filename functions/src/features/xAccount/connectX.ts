import type { CallableOutput } from '@quikthread/contract';
import { profileMissing } from '../../engine/lifecycle.js';
import type { Caller, ParsedInput } from '../../platform/callable.js';
import type { ConnectDependencies } from './dependencies.js';
import { newSecret } from './oneTimeSecret.js';
import { chooseReturnUrl } from '../../platform/returnUrl.js';
import { PENDING_MINUTES, stateRef, userRef } from './store.js';
import type { OAuthState } from './store.js';

/**
 * Begins to connect an X account: answers the address at X where the user grants access.
 * @throws CallError `invalid_input` for a return URL off the list, `profile_missing` before `initUser`
 */
export async function connectX(
  { db, clock, vault, oauth, frontendUrls }: ConnectDependencies,
  input: ParsedInput<'connectX'>,
  { userId }: Caller,
): Promise<CallableOutput<'connectX'>> {
  const returnUrl = chooseReturnUrl(input?.returnUrl, frontendUrls);
  if (!(await userRef(db, userId).get()).exists) throw profileMissing();
  const { secret, id } = newSecret();
  const { url, codeVerifier } = oauth.authorization(secret);
  const createdAt = clock();
  const state: OAuthState = {
    userId,
    verifier: vault.seal(codeVerifier, { userId, purpose: 'verifier' }),
    returnUrl,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + PENDING_MINUTES * 60_000),
  };
  await stateRef(db, id).create(state);
  return { authorizationUrl: url };
}
