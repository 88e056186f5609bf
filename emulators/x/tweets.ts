import { z } from 'zod';
import type { Answer } from '../http/exchange.js';
import { loseAnswer } from './call.js';
import type { Call, Endpoint } from './call.js';
import { DAY } from './clock.js';
import {
  duplicateContent,
  forbidden,
  invalidParameter,
  invalidRequest,
  notFoundError,
  parentDeleted,
  replyNotAllowed,
  serviceUnavailable,
  tooLong,
} from './errors.js';
import type { Account, Tweet, XState } from './state.js';
import { displayText, hasInvalidCharacters, weightedLength } from './tweetText.js';
import { lagOf } from './variations.js';

const MAX_WEIGHTED_LENGTH = 280;
/** Within this time the same text is refused; X states no figure. */
const DUPLICATE_AGE = DAY;

const WRITE_SCOPES = ['tweet.read', 'tweet.write', 'users.read'];

/** `POST /2/tweets` and `DELETE /2/tweets/:id`. */
export const tweetEndpoints: readonly Endpoint[] = [
  { name: 'create', method: 'POST', path: /^\/2\/tweets$/, scopes: WRITE_SCOPES, run: create },
  {
    name: 'delete',
    method: 'DELETE',
    path: /^\/2\/tweets\/(\d+)$/,
    scopes: WRITE_SCOPES,
    run: remove,
  },
];

const createSchema = z.strictObject({
  text: z.string(),
  reply: z.strictObject({ in_reply_to_tweet_id: z.string().regex(/^\d{1,19}$/) }).optional(),
});

function create({ state, caller: { account }, body, variation }: Call): Answer {
  const parsed = createSchema.safeParse(body);
  if (!parsed.success) {
    throw invalidRequest(
      parsed.error.issues.map(({ path, message }) => ({
        parameters: {},
        message: `$.${path.join('.')}: ${message}`,
      })),
    );
  }
  if (variation === 'duplicate') throw duplicateContent();
  if (variation === 'parent_deleted') throw parentDeleted();
  const { reply } = parsed.data;
  const text = parsed.data.text.normalize('NFC').trim();
  checkText(text);
  const parent = reply && parentOf(state, account, reply.in_reply_to_tweet_id);
  checkDuplicate(state, account, text);
  const tweet = state.addTweet(account, text, parent, lagOf(variation));
  if (variation === 'created_answer_lost') loseAnswer();
  if (variation === 'created_then_5xx') throw serviceUnavailable();
  const data = { id: tweet.id, text: displayText(text).text, edit_history_tweet_ids: [tweet.id] };
  return { status: 201, body: { data } };
}

function checkText(text: string): void {
  if (text === '') throw invalidParameter('text', text, 'A Tweet needs text.');
  if (hasInvalidCharacters(text)) {
    throw invalidParameter('text', text, 'The text has characters that are not allowed.');
  }
  if (weightedLength(text) > MAX_WEIGHTED_LENGTH) throw tooLong();
}

/**
 * Replies by API go to tweets of one's own, or of authors who mentioned the account in them
 * (docs.x.com/x-api/posts/create-post).
 */
function parentOf(state: XState, account: Account, id: string): Tweet {
  const parent = state.tweet(id);
  if (parent === undefined) throw parentDeleted();
  const mention = new RegExp(`@${account.username}\\b`, 'i');
  if (parent.authorId !== account.id && !mention.test(parent.text)) throw replyNotAllowed();
  return parent;
}

function checkDuplicate(state: XState, account: Account, text: string): void {
  const since = state.clock.now() - DUPLICATE_AGE;
  const same = (tweet: Tweet) => tweet.text === text && tweet.createdAt > since;
  if (state.tweetsBy(account).some(same)) throw duplicateContent();
}

function remove({ state, caller, id }: Call): Answer {
  const tweet = state.tweet(id);
  if (tweet === undefined) throw notFoundError('tweet', id);
  if (tweet.authorId !== caller.account.id) {
    throw forbidden('You are not authorized to delete this Tweet.');
  }
  state.deleteTweet(id);
  return { status: 200, body: { data: { deleted: true } } };
}
