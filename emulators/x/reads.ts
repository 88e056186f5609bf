import type { Answer } from '../http/exchange.js';
import type { Call, Endpoint } from './call.js';
import { invalidParameter, notFound } from './errors.js';
import type { Tweet } from './state.js';
import { presentTweet, requestedFields } from './tweetFields.js';

const READ_SCOPES = ['tweet.read', 'users.read'];
const MAX_IDS = 100;
const PAGE = { smallest: 5, usual: 10, largest: 100 };

/** `GET /2/users/me`, `GET /2/tweets?ids=` and `GET /2/users/:id/tweets`. */
export const readEndpoints: readonly Endpoint[] = [
  { name: 'me', method: 'GET', path: /^\/2\/users\/me$/, scopes: READ_SCOPES, run: me },
  { name: 'lookup', method: 'GET', path: /^\/2\/tweets$/, scopes: READ_SCOPES, run: lookup },
  {
    name: 'timeline',
    method: 'GET',
    path: /^\/2\/users\/(\d+)\/tweets$/,
    scopes: READ_SCOPES,
    run: timeline,
  },
];

function me({ state, caller: { account }, query }: Call): Answer {
  const { id, name, username } = account;
  const asked = new Set((query.get('user.fields') ?? '').split(','));
  const data = {
    id,
    name,
    username,
    ...(asked.has('created_at') && { created_at: new Date(account.createdAt).toISOString() }),
    ...(asked.has('public_metrics') && {
      public_metrics: {
        followers_count: account.followers,
        following_count: 0,
        tweet_count: state.tweetsBy(account).length,
        listed_count: 0,
      },
    }),
  };
  return { status: 200, body: { data } };
}

function lookup(call: Call): Answer {
  const { state, query } = call;
  const value = query.get('ids') ?? '';
  const ids = value === '' ? [] : value.split(',');
  if (ids.length === 0 || ids.length > MAX_IDS) {
    const message = `The number of values in the \`ids\` query parameter list [${ids.length}] is not between 1 and ${MAX_IDS}`;
    throw invalidParameter('ids', value, message);
  }
  const malformed = ids.find((id) => !/^\d{1,19}$/.test(id));
  if (malformed !== undefined) {
    const message = `The \`ids\` query parameter value [${malformed}] is not valid`;
    throw invalidParameter('ids', malformed, message);
  }
  const missing = ids.filter((id) => !state.tweet(id)).map((id) => notFound('tweet', 'ids', id));
  const found = [...new Set(ids)].flatMap((id) => state.tweet(id) ?? []);
  return { status: 200, body: listBody(call, found, missing) };
}

function timeline(call: Call): Answer {
  const { state, query, id } = call;
  const author = state.account(id);
  if (author === undefined) {
    return { status: 200, body: { errors: [notFound('user', 'id', id)] } };
  }
  const size = pageSize(query);
  const wanted = filterOf(query, state.clock.now());
  const tweets = state.tweetsBy(author).filter(wanted).reverse();
  const page = tweets.slice(0, size);
  const last = page.at(-1);
  const meta = {
    result_count: page.length,
    ...(last && { newest_id: page[0]?.id, oldest_id: last.id }),
    ...(last && tweets.length > size && { next_token: tokenOf(last.id) }),
  };
  return { status: 200, body: { ...listBody(call, page, []), meta } };
}

/** X leaves `data` and `errors` out where they would be empty. */
function listBody({ state, query, caller }: Call, tweets: readonly Tweet[], missing: object[]) {
  const fields = requestedFields(query);
  const presented = tweets.map((tweet) => presentTweet(state, tweet, fields, caller.account));
  const data = presented.flatMap((one) => one.data ?? []);
  const errors = [...missing, ...presented.flatMap((one) => one.errors)];
  return { ...(data.length > 0 && { data }), ...(errors.length > 0 && { errors }) };
}

function pageSize(query: URLSearchParams): number {
  const value = query.get('max_results');
  if (value === null) return PAGE.usual;
  const size = Number(value);
  if (Number.isInteger(size) && size >= PAGE.smallest && size <= PAGE.largest) return size;
  const message = `The \`max_results\` query parameter value [${value}] is not between ${PAGE.smallest} and ${PAGE.largest}`;
  throw invalidParameter('max_results', value, message);
}

/** Which tweets of the account the query asks for, as the timeline has them by now. */
function filterOf(query: URLSearchParams, now: number): (tweet: Tweet) => boolean {
  const start = timeOf(query, 'start_time') ?? -Infinity;
  const end = timeOf(query, 'end_time') ?? Infinity;
  const since = idOf(query, 'since_id') ?? -1n;
  const token = query.get('pagination_token');
  const until = token === null ? idOf(query, 'until_id') : idOfToken(token);
  const replies = !(query.get('exclude') ?? '').split(',').includes('replies');
  return (tweet) =>
    tweet.onTimelineAt <= now &&
    tweet.createdAt >= start &&
    tweet.createdAt < end &&
    BigInt(tweet.id) > since &&
    (until === undefined || BigInt(tweet.id) < until) &&
    (replies || tweet.inReplyTo === undefined);
}

function timeOf(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(value) ? Date.parse(value) : NaN;
  if (!Number.isNaN(time)) return time;
  const message = `The \`${name}\` query parameter value [${value}] is not a valid RFC3339 date-time`;
  throw invalidParameter(name, value, message);
}

function idOf(query: URLSearchParams, name: string): bigint | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  if (/^\d{1,19}$/.test(value)) return BigInt(value);
  throw invalidParameter(
    name,
    value,
    `The \`${name}\` query parameter value [${value}] is not valid`,
  );
}

/** Opaque to callers: where the page before ended. */
const tokenOf = (id: string) => Buffer.from(id).toString('hex');

function idOfToken(token: string): bigint {
  const id = Buffer.from(token, 'hex').toString();
  if (/^\d{1,19}$/.test(id)) return BigInt(id);
  const message = `The \`pagination_token\` query parameter value [${token}] is not valid`;
  throw invalidParameter('pagination_token', token, message);
}
