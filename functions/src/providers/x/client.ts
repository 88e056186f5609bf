import type { TwitterApi } from 'twitter-api-v2';
import { z } from 'zod';
import { systemClock } from '../../platform/clock.js';
import type { Clock } from '../../platform/clock.js';
import { callX } from './call.js';
import type { XCall } from './call.js';
import { problemTypeOf } from './errors.js';
import type { XRefusal } from './errors.js';
import { limitsOf } from './limits.js';
import type { XLimit } from './limits.js';
import { lookupSchema, metricFields, toMetricsAnswer } from './metrics.js';
import { TWEET_FIELDS, idSchema, toTweet, tweetSchema } from './tweets.js';
import type { XClient, XCredentials, XTweet } from './types.js';

export interface XClientOptions {
  readonly credentials: XCredentials;
  /** The API's origin, e.g. "https://api.x.com". */
  readonly apiBaseUrl: string;
  /** For each request to X; default 20,000. */
  readonly timeoutMilliseconds?: number;
  /**
   * Told what X's limits have left, after each `postTweet` that X answered with such headers, a refusal too;
   * never called with none. Must not throw.
   */
  readonly onLimits?: (limits: readonly XLimit[]) => void;
  readonly clock?: Clock;
}

/** docs.x.com/x-api/users/get-my-user */
const meSchema = z.object({
  data: z.object({ id: idSchema, username: z.string().min(1), name: z.string() }),
});

/** docs.x.com/x-api/posts/create-post */
const createdSchema = z.object({ data: z.object({ id: idSchema }) });

/** docs.x.com/x-api/posts/delete-post */
const deletedSchema = z.object({ data: z.object({ deleted: z.literal(true) }) });

/** docs.x.com/x-api/users/get-posts: an empty page has no `data`. */
const pageSchema = z
  .object({
    data: z.array(tweetSchema).default([]),
    meta: z.object({
      result_count: z.int().nonnegative(),
      next_token: z.string().min(1).optional(),
    }),
  })
  .refine(({ data, meta }) => data.length > 0 || meta.result_count === 0, 'no tweets');

/** The most that X gives on a page (docs.x.com/x-api/users/get-posts). */
const PAGE_SIZE = 100;
const MAX_PAGES = 3;

/** The most that X looks up at once (docs.x.com/x-api/posts/get-posts-by-ids). */
const MAX_LOOKUP = 100;

/**
 * X's API v2 in the name of one account. Never retries by itself, since the engine does; throws the signal's
 * reason when the signal aborts, and JobErrors of `x_` codes otherwise, none of which holds a token, a header
 * or a tweet. `tweetsSince` gives the newest 300 at most.
 */
export function createXClient(options: XClientOptions): XClient {
  const endpoint = { ...options, clock: options.clock ?? systemClock };
  const { credentials, onLimits } = options;
  const call = <T>(request: Omit<XCall<T>, 'credentials'>) =>
    callX(endpoint, { ...request, credentials });

  async function lookUp(tweetIds: readonly string[], withPrivate: boolean, signal: AbortSignal) {
    const query = { ids: tweetIds.join(','), 'tweet.fields': metricFields(withPrivate) };
    const send = (api: TwitterApi) => api.v2.get<unknown>('tweets', query);
    return toMetricsAnswer(await call({ signal, schema: lookupSchema, send }), tweetIds);
  }

  return {
    async me(signal) {
      const { data } = await call({ signal, schema: meSchema, send: (api) => api.v2.me() });
      return { xUserId: data.id, username: data.username, name: data.name };
    },

    async postTweet({ text, inReplyTo }, signal) {
      const reply = inReplyTo === null ? {} : { reply: { in_reply_to_tweet_id: inReplyTo } };
      const answer = await call({
        signal,
        schema: createdSchema,
        send: (api) => api.v2.post<unknown>('tweets', { text, ...reply }),
        onHeaders: (headers) => {
          const limits = limitsOf(headers);
          if (limits.length > 0) onLimits?.(limits);
        },
      });
      return answer.data.id;
    },

    async deleteTweet(tweetId, signal) {
      const send = (api: TwitterApi) => api.v2.deleteTweet(tweetId);
      await call({ signal, schema: deletedSchema, send, forgive: deletedIfGone });
    },

    async tweetsSince(xUserId, since, signal) {
      const tweets: XTweet[] = [];
      let token: string | undefined;
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const query = timelineQuery(since, token);
        const args = { params: { id: xUserId } };
        const send = (api: TwitterApi) => api.v2.get<unknown>('users/:id/tweets', query, args);
        const answer = await call({ signal, schema: pageSchema, send });
        tweets.push(...answer.data.map(toTweet));
        token = answer.meta.next_token;
        if (token === undefined) break;
      }
      return tweets;
    },

    async metrics(tweetIds, withPrivate, signal) {
      if (tweetIds.length > MAX_LOOKUP) throw new RangeError(`more than ${MAX_LOOKUP} tweets`);
      if (tweetIds.length === 0) return { found: [], missing: [] };
      const { withheld, ...first } = await lookUp(tweetIds, withPrivate, signal);
      if (!withPrivate || withheld.length === 0) return first;
      // X leaves out the whole of a tweet of which it does not show a field: its public counts need a second look.
      const second = await lookUp(withheld, false, signal);
      return {
        found: [...first.found, ...second.found],
        missing: [...first.missing, ...second.missing],
      };
    },
  };
}

/** Retweets are left out: they are not the account's words, and X charges for each tweet that it answers. */
function timelineQuery(since: Date, token: string | undefined) {
  return {
    // X takes whole seconds.
    start_time: `${since.toISOString().slice(0, 19)}Z`,
    max_results: PAGE_SIZE,
    exclude: 'retweets',
    'tweet.fields': TWEET_FIELDS,
    pagination_token: token,
  };
}

/** What deletion wants has come about where X knows the tweet no more. */
function deletedIfGone({ status, body }: XRefusal): z.infer<typeof deletedSchema> | null {
  const isGone = status === 404 && problemTypeOf(body) === 'resource-not-found';
  return isGone ? { data: { deleted: true } } : null;
}
