import { paths } from '@quikthread/contract';
import { z } from 'zod';
import type { Step, StepContext } from '../../engine/types.js';
import { JobError } from '../../platform/errors.js';
import type { OpenXConnection, XIdentity } from '../../providers/x/types.js';
import type { PostJobInput } from './input.js';
import { sendOnce } from './sendTweet.js';
import type { SendDependencies } from './sendTweet.js';
import { readPoster, readSend, sendPath } from './store.js';

export interface TweetDependencies extends SendDependencies {
  readonly openX: OpenXConnection;
  /** X's web address, for the link to a thread, e.g. "https://x.com". */
  readonly webBaseUrl: string;
}

/** What is kept of a tweet that is out. */
const sentTweetSchema = z.object({
  tweetId: z.string(),
  xUserId: z.string(),
  username: z.string(),
});
type SentTweet = z.infer<typeof sentTweetSchema>;

/**
 * Tries of one tweet. Waits for a rate limit count too; together with the backoff between them, an outage of
 * X of some five minutes is outlasted.
 */
const MAX_ATTEMPTS = 10;
/** One try: the connection's refresh, two looks at the timeline with their waits, and a send. */
const TIMEOUT_SECONDS = 150;

/** The durable step that has one tweet of a thread out, `index` counting from 0. */
export function tweetStep(
  dependencies: TweetDependencies,
  tweets: readonly string[],
  index: number,
): Step<PostJobInput, Record<string, unknown>, SentTweet> {
  return {
    name: stepName(index),
    status: 'posting',
    progress: Math.floor((index / tweets.length) * 100),
    timeoutSeconds: TIMEOUT_SECONDS,
    maxAttempts: MAX_ATTEMPTS,
    keep: 'document',
    result: sentTweetSchema,
    run: (context) => sendTweet(dependencies, index, context),
    publish(sent, { results }) {
      const all = [...sentBefore(results, index), sent];
      const [first = sent] = all;
      const { username, xUserId } = first;
      const threadUrl = `${dependencies.webBaseUrl}/${username}/status/${first.tweetId}`;
      const tweetIds = all.map(({ tweetId }) => tweetId);
      return {
        record: { tweetIds, postedCount: tweetIds.length, username, xUserId, threadUrl },
      };
    },
  };
}

async function sendTweet(
  deps: TweetDependencies,
  index: number,
  context: StepContext<PostJobInput, Record<string, unknown>>,
): Promise<SentTweet> {
  const { userId, jobId: postId, input, results, signal } = context;
  const [before, text] = [sentBefore(results, index), input.tweets[index]];
  if (text === undefined) throw new Error(`post ${postId} has no tweet ${index}`);
  if (index === 0) await requirePlan(deps, userId);
  const connection = await deps.openX(userId, signal);
  const { xUserId, username } = connection.identity;
  const earlier = readSend(await deps.db.doc(sendPath(postId)).get(), index);
  requireSameAccount(before[0] ?? (earlier?.doubtful ? earlier : null), connection.identity);
  const inReplyTo = before.at(-1)?.tweetId ?? null;
  const tweet = { postId, userId, position: index, text, inReplyTo };
  const tweetId = await sendOnce(deps, connection, tweet, earlier, context);
  return { tweetId, xUserId, username };
}

/** A scheduled post may come to its time under another plan. @throws JobError `plan_changed` */
async function requirePlan({ db }: TweetDependencies, userId: string): Promise<void> {
  const poster = readPoster(await db.doc(paths.user(userId)).get());
  if (poster?.features.postToX) return;
  const message = 'Your plan no longer includes posting to X.';
  throw new JobError('plan_changed', message, 'never');
}

/**
 * A thread goes on from the account that it began on, whatever is connected by now.
 * @throws JobError `x_reconnect_required`
 */
export function requireSameAccount(
  began: { readonly xUserId: string; readonly username: string } | null,
  { xUserId }: XIdentity,
): void {
  if (!began || began.xUserId === xUserId) return;
  const message = `This thread began on @${began.username}: connect that account again.`;
  throw new JobError('x_reconnect_required', message, 'never');
}

function sentBefore(results: Record<string, unknown>, index: number): SentTweet[] {
  return Array.from({ length: index }, (_, i) => sentTweetSchema.parse(results[stepName(i)]));
}

function stepName(index: number): string {
  return `tweet-${index + 1}`;
}
