import type { Firestore } from 'firebase-admin/firestore';
import { z } from 'zod';
import { describeError } from '../../platform/errors.js';
import { recordError } from '../../platform/errorLogs.js';
import { randomId } from '../../platform/ids.js';
import { log } from '../../platform/log.js';
import type { ConnectDependencies } from './dependencies.js';
import { idOfSecret, newSecret } from './oneTimeSecret.js';
import { defaultReturnUrl, withOutcome } from './returnUrl.js';
import type { ConnectOutcome } from './returnUrl.js';
import { PENDING_MINUTES, pendingRef, readState, stateRef, storeGrant } from './store.js';
import type { OAuthState, PendingConnection } from './store.js';

/** X's codes live for 30 seconds (docs.x.com, OAuth 2.0 with PKCE): longer than this nothing good comes. */
const EXCHANGE_MILLISECONDS = 30_000;

/** What X sends the browser back with. A parameter that comes twice counts as not given. */
const querySchema = z.object({
  state: z.string().max(200).catch(''),
  code: z.string().max(2000).optional().catch(undefined),
  error: z.string().max(200).optional().catch(undefined),
});
type Query = z.infer<typeof querySchema>;

/** An answer without a body. */
export interface CallbackAnswer {
  readonly status: 302 | 405;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The browser comes back from X. It carries no user of ours, so nothing is connected yet: the grant waits
 * under a one-time secret, which goes to the front end, for `confirmX` by the user who began. Otherwise
 * anybody could have others grant access to *their* X account by a link that ends in the sender's account.
 * The redirect goes to the return URL that the state holds, never to anything out of the request.
 */
export async function answerCallback(
  dependencies: () => Promise<ConnectDependencies>,
  request: { readonly method: string; readonly query: unknown },
): Promise<CallbackAnswer> {
  if (request.method !== 'GET') return { status: 405, headers: { Allow: 'GET' } };
  const deps = await dependencies();
  const query = querySchema.parse(request.query);
  const state = await takeState(deps.db, query.state, deps.clock());
  const outcome = state ? await finish(deps, state, query) : stateInvalid;
  const returnUrl = state?.returnUrl ?? defaultReturnUrl(deps.frontendUrls);
  const told = 'error' in outcome ? outcome.error : 'ok';
  log('INFO', 'x callback', { userId: state?.userId ?? null, outcome: told });
  return {
    status: 302,
    headers: {
      Location: withOutcome(returnUrl, outcome),
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
    },
  };
}

const stateInvalid: ConnectOutcome = { error: 'state_invalid' };

/** Takes a state away: of any number of requests with it, one gets it, before it expires. */
async function takeState(db: Firestore, secret: string, now: Date): Promise<OAuthState | null> {
  const ref = stateRef(db, idOfSecret(secret));
  const state = await db.runTransaction(async (transaction) => {
    const found = readState(await transaction.get(ref));
    if (found) transaction.delete(ref);
    return found;
  });
  return state && now < state.expiresAt ? state : null;
}

async function finish(
  deps: ConnectDependencies,
  state: OAuthState,
  { code, error }: Query,
): Promise<ConnectOutcome> {
  if (error === 'access_denied') return { error: 'denied' };
  if (error !== undefined || code === undefined) return { error: 'exchange_failed' };
  try {
    return { connection: await exchange(deps, state, code) };
  } catch (failure) {
    const errorId = randomId();
    const { message } = describeError(failure);
    log('WARNING', 'x exchange failed', { userId: state.userId, errorId, cause: message });
    const context = { service: 'xOAuthCallback', userId: state.userId };
    await recordError({ errorId, error: failure, context });
    return { error: 'exchange_failed' };
  }
}

/** @returns the secret that the grant waits under */
async function exchange(
  { db, clock, vault, oauth }: ConnectDependencies,
  { userId, verifier }: OAuthState,
  code: string,
): Promise<string> {
  const codeVerifier = vault.open(verifier, { userId, purpose: 'verifier' });
  const limit = AbortSignal.timeout(EXCHANGE_MILLISECONDS);
  const { grant, identity } = await oauth.exchange(code, codeVerifier, limit);
  const { secret, id } = newSecret();
  const createdAt = clock();
  const pending: PendingConnection = {
    userId,
    identity,
    ...storeGrant(vault, grant, { userId, purpose: 'connection' }),
    createdAt,
    expiresAt: new Date(createdAt.getTime() + PENDING_MINUTES * 60_000),
  };
  await pendingRef(db, id).create(pending);
  return secret;
}
