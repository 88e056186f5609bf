import { text } from 'node:stream/consumers';
import type { Answer, Exchange } from '../http/exchange.js';
import { authenticate, requireScopes } from './authentication.js';
import type { Caller } from './authentication.js';
import type { Endpoint } from './call.js';
import {
  accountSuspended,
  creditsDepleted,
  invalidRequest,
  spendCapReached,
  tooManyRequests,
  unauthorized,
  XError,
} from './errors.js';
import { readEndpoints } from './reads.js';
import type { Account, XState } from './state.js';
import { tweetEndpoints } from './tweets.js';
import { concernsCreateAlone, rateLimitOf } from './variations.js';
import type { XVariation } from './variations.js';

const endpoints: readonly Endpoint[] = [...tweetEndpoints, ...readEndpoints];

/** The endpoint of the API at this address, if any. */
export const endpointAt = (method: string | undefined, path: string): Endpoint | undefined =>
  endpoints.find((endpoint) => endpoint.method === method && endpoint.path.test(path));

/**
 * Answers a call of the API: who calls, whether they may and how often, then what was asked for.
 * A fault's subject is the method and path, the caller's "@name", and the text or the ids.
 */
export async function answerApi(
  state: XState,
  exchange: Exchange<XVariation>,
  endpoint: Endpoint,
): Promise<Answer> {
  const { request, url } = exchange;
  const content = await text(request);
  const caller = authenticate(state, request, url);
  requireScopes(caller, endpoint.scopes);
  const { account } = caller;
  const body = parseBody(content);
  const subject = subjectOf(body, url);
  exchange.note({ username: account.username, ...subject });
  state.limits.count(endpoint.name, account.id);
  const variation = await exchange.takeFault(
    `${endpoint.method} ${url.pathname} @${account.username}\n${subject.text ?? subject.ids ?? ''}`,
    (wanted) => endpoint.name === 'create' || !concernsCreateAlone(wanted),
  );
  try {
    vary(state, caller, endpoint, variation);
    refuseAccount(state, account);
    const id = endpoint.path.exec(url.pathname)?.[1] ?? '';
    const query = url.searchParams;
    const answer = endpoint.run({ state, caller, query, body, id, variation });
    return { ...answer, headers: state.limits.headers(endpoint.name, account.id) };
  } catch (error) {
    if (!(error instanceof XError)) throw error;
    const headers = state.limits.headers(endpoint.name, account.id);
    throw new XError(error.status, error.body, { ...headers, ...error.headers });
  }
}

function parseBody(content: string): unknown {
  if (content === '') return undefined;
  try {
    return JSON.parse(content);
  } catch {
    throw invalidRequest([{ parameters: {}, message: 'The body is not valid JSON.' }]);
  }
}

/** What a call is about, for the journal and for a fault's match. */
function subjectOf(body: unknown, url: URL): { text?: string; ids?: string } {
  if (typeof body === 'object' && body !== null && 'text' in body) {
    return typeof body.text === 'string' ? { text: body.text } : {};
  }
  const ids = url.searchParams.get('ids');
  return ids === null ? {} : { ids };
}

/** The variations that any call can have. */
function vary(
  state: XState,
  { account, token }: Caller,
  endpoint: Endpoint,
  variation: XVariation | undefined,
): void {
  const limit = rateLimitOf(variation);
  if (limit) {
    state.limits.exhaust(endpoint.name, account.id, limit.scope, limit.resetInSeconds);
    throw tooManyRequests(state.limits.headers(endpoint.name, account.id));
  }
  switch (variation) {
    case 'token_expired':
      token?.expire();
      throw unauthorized();
    case 'token_revoked':
      token?.revoke();
      throw unauthorized();
    case 'suspended':
      throw accountSuspended();
    case 'spend_cap':
      throw spendCapReached(nextCycle(state));
    case 'credits_depleted':
      throw creditsDepleted();
    default:
  }
}

function refuseAccount(state: XState, account: Account): void {
  if (account.suspended) throw accountSuspended();
  if (account.spendCap) throw spendCapReached(nextCycle(state));
  if (account.creditsDepleted) throw creditsDepleted();
}

/** The first day of the next month, when the spend cap counts anew. */
function nextCycle(state: XState): string {
  const now = new Date(state.clock.now());
  const next = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
  return next.toISOString().slice(0, 10);
}
