import { z } from 'zod';
import type { Answer } from '../http/exchange.js';
import type { ControlCall } from '../http/server.js';
import { METRICS } from './metrics.js';
import { ENDPOINTS, LIMIT_SCOPES } from './rateLimits.js';
import type { XState } from './state.js';
import { USERNAME } from './usernames.js';

const clockSchema = z.strictObject({ advanceSeconds: z.number().nonnegative() });

const accountSchema = z.strictObject({
  name: z.string().min(1).max(50).optional(),
  followers: z.int().nonnegative().optional(),
  suspended: z.boolean().optional(),
  spendCap: z.boolean().optional(),
  creditsDepleted: z.boolean().optional(),
  /** Every app loses its access to the account, as by the owner's hand in X's settings. */
  revokeGrants: z.literal(true).optional(),
});

const tweetSchema = z.union([
  z.strictObject({ deleted: z.literal(true) }),
  z.strictObject({ metrics: z.partialRecord(z.enum(METRICS), z.int().nonnegative()) }),
]);

const limitsSchema = z.partialRecord(
  z.enum(ENDPOINTS),
  z.partialRecord(z.enum(LIMIT_SCOPES), z.int().nonnegative()),
);

/**
 * The control routes of X's own:
 *
 * - `POST /_control/clock {advanceSeconds}`: moves the time ahead, answers `{now}` (ISO 8601);
 * - `POST /_control/limits {create: {window, user_day, app_day}, me, delete, lookup, timeline}`: how
 *   many calls are let through, any part of it;
 * - `POST /_control/accounts/{username} {name, followers, suspended, spendCap, creditsDepleted,
 *   revokeGrants}`, any part of it: opens the account where there is none, and answers it;
 * - `GET /_control/accounts/{username}/tweets`: `{tweets: [{id, text, createdAt, inReplyTo,
 *   conversationId}]}`, those that are not deleted, oldest first;
 * - `POST /_control/tweets/{id} {deleted: true}` or `{metrics: {impression_count, …}}`.
 */
export function answerControl(
  state: XState,
  { method, path, body }: ControlCall,
): Answer | undefined {
  const [, collection = '', key = '', rest] = path.split('/');
  switch (`${method} ${collection}${rest === undefined ? '' : `/${rest}`}`) {
    case 'POST clock':
      state.clock.advance(clockSchema.parse(body).advanceSeconds);
      return { status: 200, body: { now: new Date(state.clock.now()).toISOString() } };
    case 'POST limits':
      return configureLimits(state, body);
    case 'POST accounts':
      return changeAccount(state, key, body);
    case 'GET accounts/tweets':
      return listTweets(state, key);
    case 'POST tweets':
      return changeTweet(state, key, body);
    default:
      return undefined;
  }
}

function configureLimits(state: XState, body: unknown): Answer {
  const limits = limitsSchema.parse(body);
  for (const endpoint of ENDPOINTS) state.limits.configure(endpoint, limits[endpoint] ?? {});
  return { status: 204, body: null };
}

function changeAccount(state: XState, key: string, body: unknown): Answer {
  const username = z.string().regex(USERNAME).parse(key);
  const { revokeGrants, ...changes } = accountSchema.parse(body ?? {});
  const account = Object.assign(state.openAccount(username), changes);
  if (revokeGrants) state.grants.revokeAllOf(account.id);
  return { status: 200, body: account };
}

function listTweets(state: XState, username: string): Answer {
  const account = state.accountNamed(username);
  if (account === undefined) return { status: 404, body: { error: `no account ${username}` } };
  const tweets = state
    .tweetsBy(account)
    .map(({ id, text, createdAt, inReplyTo, conversationId }) => ({
      id,
      text,
      createdAt: new Date(createdAt).toISOString(),
      inReplyTo: inReplyTo ?? null,
      conversationId,
    }));
  return { status: 200, body: { tweets } };
}

function changeTweet(state: XState, id: string, body: unknown): Answer {
  const tweet = state.tweet(id);
  if (tweet === undefined) return { status: 404, body: { error: `no tweet ${id}` } };
  const change = tweetSchema.parse(body);
  if ('deleted' in change) state.deleteTweet(id);
  else tweet.metrics = { ...tweet.metrics, ...change.metrics };
  return { status: 204, body: null };
}
