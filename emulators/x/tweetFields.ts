import { DAY } from './clock.js';
import { fieldNotAuthorized, invalidParameter } from './errors.js';
import { metricsOf } from './metrics.js';
import type { Metrics } from './metrics.js';
import type { Account, Tweet, XState } from './state.js';
import { displayText } from './tweetText.js';

const FIELDS = [
  'author_id',
  'conversation_id',
  'created_at',
  'edit_history_tweet_ids',
  'entities',
  'id',
  'in_reply_to_user_id',
  'non_public_metrics',
  'note_tweet',
  'organic_metrics',
  'public_metrics',
  'referenced_tweets',
  'text',
] as const;
export type TweetField = (typeof FIELDS)[number];

const PUBLIC = [
  'retweet_count',
  'reply_count',
  'like_count',
  'quote_count',
  'bookmark_count',
  'impression_count',
] as const;
const NON_PUBLIC = ['impression_count', 'user_profile_clicks', 'url_link_clicks'] as const;
const ORGANIC = ['retweet_count', 'reply_count', 'like_count', ...NON_PUBLIC] as const;

/** How long private figures can be read (docs.x.com/x-api/fundamentals/metrics). */
const PRIVATE_METRICS_AGE = 30 * DAY;

/** The fields that `tweet.fields` asks for; a 400 for one that is unknown. */
export function requestedFields(query: URLSearchParams): ReadonlySet<TweetField> {
  const asked = (query.get('tweet.fields') ?? '').split(',').filter((name) => name !== '');
  const fields = asked.map((name) => {
    const field = FIELDS.find((known) => known === name);
    if (field !== undefined) return field;
    const message = `The \`tweet.fields\` query parameter value [${name}] is not one of [${FIELDS.join(',')}]`;
    throw invalidParameter('tweet.fields', name, message);
  });
  return new Set(fields);
}

/**
 * A tweet as `viewer` may see it. Private figures are for its author, and for 30 days; asked for in
 * vain, they leave the tweet itself out of the data, with an error for each.
 */
export function presentTweet(
  state: XState,
  tweet: Tweet,
  fields: ReadonlySet<TweetField>,
  viewer: Account,
): { data?: Record<string, unknown>; errors: object[] } {
  const refused = refusedFields(state, tweet, fields, viewer);
  if (refused.length > 0) {
    return { errors: refused.map((field) => fieldNotAuthorized(field, tweet.id)) };
  }
  const { text, urls } = displayText(tweet.text);
  const metrics = metricsOf(state, tweet);
  const parent = tweet.inReplyTo;
  const optional: Partial<Record<TweetField, unknown>> = {
    author_id: tweet.authorId,
    conversation_id: tweet.conversationId,
    created_at: new Date(tweet.createdAt).toISOString(),
    entities: urls.length > 0 ? { urls } : undefined,
    in_reply_to_user_id: tweet.inReplyToUser,
    referenced_tweets: parent && [{ type: 'replied_to', id: parent }],
    public_metrics: pick(metrics, PUBLIC),
    // X leaves the clicks of a tweet without a link out.
    non_public_metrics: pick(metrics, withClicks(NON_PUBLIC, urls.length > 0)),
    organic_metrics: pick(metrics, withClicks(ORGANIC, urls.length > 0)),
  };
  const asked = Object.entries(optional).filter(([name]) => fields.has(name as TweetField));
  const always = { id: tweet.id, text, edit_history_tweet_ids: [tweet.id] };
  return { data: { ...always, ...Object.fromEntries(asked) }, errors: [] };
}

function refusedFields(
  state: XState,
  tweet: Tweet,
  fields: ReadonlySet<TweetField>,
  viewer: Account,
): string[] {
  const young = state.clock.now() - tweet.createdAt <= PRIVATE_METRICS_AGE;
  if (tweet.authorId === viewer.id && young) return [];
  return [
    ...(fields.has('non_public_metrics') ? NON_PUBLIC.map((m) => `non_public_metrics.${m}`) : []),
    ...(fields.has('organic_metrics') ? ORGANIC.map((m) => `organic_metrics.${m}`) : []),
  ];
}

const withClicks = (names: readonly (keyof Metrics)[], linked: boolean) =>
  names.filter((name) => linked || name !== 'url_link_clicks');

const pick = (metrics: Metrics, names: readonly (keyof Metrics)[]) =>
  Object.fromEntries(names.map((name) => [name, metrics[name]]));
