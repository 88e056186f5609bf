import type { Firestore } from 'firebase-admin/firestore';
import { z } from 'zod';
import { describeError } from '../../platform/errors.js';
import { recordError } from '../../platform/errorLogs.js';
import { randomId } from '../../platform/ids.js';
import { log, withCorrelation } from '../../platform/log.js';
import type { Severity } from '../../platform/log.js';
import { defaultReturnUrl } from '../../platform/returnUrl.js';
import type { ConnectDependencies } from './dependencies.js';
import { idOfSecret, newSecret, SECRET_FORMAT } from './oneTimeSecret.js';
import { withOutcome } from './returnUrl.js';
import type { ConnectOutcome } from './returnUrl.js';
import { PENDING_MINUTES, pendingRef, readState, stateRef, storeGrant } from './store.js';
import type { OAuthState, PendingConnection } from './store.js';

/** X's codes live for 30 seconds (docs.x.com, OAuth 2.0 with PKCE): longer than this nothing good comes. */
const EXCHANGE_MILLISECONDS = 30_000;

/** What X sends the browser back with. A parameter that comes twice counts as not given, as does a state not ours. */
const querySchema = z.object({
  state: z.string().regex(SECRET_FORMAT).optional().catch(undefined),
  code: z.string().max(2000).optional().catch(undefined),
  error: z.string().max(200).optional().catch(undefined),
});
type Query = z.infer<typeof querySchema>;

export interface CallbackAnswer {
  readonly status: 302 | 405 | 500;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** No cache keeps an answer, and no page that it leads to is told the callback's own address. */
const PRIVATE = { 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' };

/**
 * The browser comes back from X. It carries no user of ours, so nothing is connected yet: the grant waits
 * under a one-time secret, which goes to the front end, for `confirmX` by the user who began. Otherwise
 * anybody could have others grant access to *their* X account by a link that ends in the sender's account.
 * The redirect goes to the return URL that the state holds, never to anything out of the request. Never
 * rejects: what was not foreseen is logged and answered by a 500 that names the log's entry.
 */
export async function answerCallback(
  dependencies: () => Promise<ConnectDependencies>,
  request: { readonly method: string; readonly query: unknown },
): Promise<CallbackAnswer> {
  if (request.method !== 'GET') return { status: 405, headers: { Allow: 'GET' }, body: '' };
  return withCorrelation(randomId(), async () => {
    try {
      const url = await returnAddress(await dependencies(), querySchema.parse(request.query));
      return { status: 302, headers: { ...PRIVATE, Location: url }, body: '' };
    } catch (error) {
      const errorId = await report('ERROR', error, null);
      const body = `Something went wrong on our side. It is logged as ${errorId}.`;
      return { status: 500, headers: { ...PRIVATE, 'Content-Type': 'text/plain' }, body };
    }
  });
}

async function returnAddress(deps: ConnectDependencies, query: Query): Promise<string> {
  const state = query.state ? await takeState(deps.db, query.state, deps.clock()) : null;
  const outcome = state ? await finish(deps, state, query) : stateInvalid;
  const told = 'error' in outcome ? outcome.error : 'ok';
  log('INFO', 'x callback', { userId: state?.userId ?? null, outcome: told });
  return withOutcome(state?.returnUrl ?? defaultReturnUrl(deps.frontendUrls), outcome);
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
    await report('WARNING', failure, state.userId);
    return { error: 'exchange_failed' };
  }
}

/** @returns the id of the record in `error-logs` */
async function report(severity: Severity, error: unknown, userId: string | null): Promise<string> {
  const errorId = randomId();
  const { message } = describeError(error);
  log(severity, 'x callback failed', { userId, errorId, cause: message });
  await recordError({ errorId, error, context: { service: 'xOAuthCallback', userId } });
  return errorId;
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
