import type { StepContext } from '../../engine/types.js';
import { JobError } from '../../platform/errors.js';
import type { XConnection } from '../../providers/x/types.js';
import type { FindDependencies, Sought } from './findTweet.js';
import { findTweet, lookForTweet } from './findTweet.js';
import { readLimits, takeTweetPlace } from './rateBounds.js';
import { readSend, sendPath } from './store.js';
import type { Send } from './store.js';
import { userLimitsPath } from './xLimits.js';
import type { ToldLimits } from './xLimits.js';

/** Longest time that X is given to take one tweet. */
const SEND_SECONDS = 20;
/** A send ends at least this long before the lease that allows it. */
const LEASE_MARGIN_MS = 1000;

export interface SendDependencies extends FindDependencies {
  readonly limits: ToldLimits;
}

/** One tweet of a thread on its way out. */
export interface Outgoing {
  readonly postId: string;
  readonly userId: string;
  /** From 0. */
  readonly position: number;
  readonly text: string;
  readonly inReplyTo: string | null;
}

type Held = Pick<StepContext<unknown, unknown>, 'heldUntil' | 'signal'>;

/**
 * Has a tweet out on X exactly once, and answers its id. Before X is asked, it is written down that the tweet
 * is about to be sent; as long as its outcome is not known, whoever comes next looks for it first. The sending
 * ends before the job's lease does, so that nobody else can be at it.
 * @param earlier what was written down of this tweet before
 * @throws JobError
 */
export async function sendOnce(
  deps: SendDependencies,
  connection: XConnection,
  tweet: Outgoing,
  earlier: Send | null,
  held: Held,
): Promise<string> {
  if (earlier?.doubtful) {
    const found = await findTweet(deps, connection, { ...tweet, ...earlier }, held.signal);
    if (found !== null) return found;
  }
  const send = await beginSend(deps, connection, tweet, held);
  try {
    const limitMs = Math.max(0, send.until.getTime() - deps.clock().getTime());
    const signal = AbortSignal.any([held.signal, AbortSignal.timeout(limitMs)]);
    return await connection.client.postTweet(tweet, signal);
  } catch (error) {
    held.signal.throwIfAborted();
    return await afterFailure(deps, connection, { ...tweet, ...send }, error, earlier, held);
  } finally {
    await deps.limits.writeDown(deps.db, tweet.userId);
  }
}

/**
 * Takes a place within the rate bounds and writes down that the tweet may be out from now on, as long as this
 * run holds the job. @throws JobError `x_rate_limited`
 */
async function beginSend(
  { db, clock }: SendDependencies,
  { identity }: XConnection,
  { postId, userId, position }: Outgoing,
  { heldUntil }: Held,
): Promise<Send> {
  const ref = db.doc(sendPath(postId));
  return db.runTransaction(async (transaction) => {
    const leaseEnds = await heldUntil(transaction);
    const limits = await readLimits(transaction, db, userId);
    const earlier = readSend(await transaction.get(ref), position);
    const now = clock();
    const place = takeTweetPlace(limits, earlier?.placedAt ?? null, now);
    const lastMoment = leaseEnds.getTime() - LEASE_MARGIN_MS;
    const send: Send = {
      userId,
      position,
      xUserId: identity.xUserId,
      username: identity.username,
      placedAt: place.placedAt,
      doubtful: true,
      since: earlier?.doubtful ? earlier.since : now,
      until: new Date(Math.min(now.getTime() + SEND_SECONDS * 1000, lastMoment)),
    };
    const taken = { userId, taken: place.taken };
    transaction.set(db.doc(userLimitsPath(userId)), taken, { merge: true });
    transaction.set(ref, send);
    return send;
  });
}

/** What X's refusals say for certain: the tweet is not out by this request. */
const refusals: ReadonlySet<string> = new Set([
  'x_not_connected',
  'x_reconnect_required',
  'x_account_suspended',
  'x_duplicate_content',
  'x_parent_missing',
  'x_spend_cap_reached',
  'x_rate_limited',
  'x_refused',
]);

/** Writes down what a failed sending leaves in doubt. @returns the tweet's id, where it is out after all */
async function afterFailure(
  deps: SendDependencies,
  connection: XConnection,
  sought: Sought,
  error: unknown,
  earlier: Send | null,
  held: Held,
): Promise<string> {
  const isRefused = error instanceof JobError && refusals.has(error.code);
  const doubtful = earlier?.doubtful === true || !isRefused;
  await endSend(deps, sought.postId, doubtful, held);
  if (!(error instanceof JobError)) throw unanswered(error);
  if (error.code !== 'x_duplicate_content') throw error;
  const found = await lookForTweet(deps, connection, sought, held.signal);
  if (found !== null) return found;
  // The duplicate may be ours, sent before and not shown yet.
  throw doubtful ? new JobError(error.code, error.message, 'later', { cause: error }) : error;
}

/** Only as the job's holder: whoever took it over may be sending by now. */
async function endSend(
  { db, clock }: SendDependencies,
  postId: string,
  doubtful: boolean,
  { heldUntil }: Held,
): Promise<void> {
  await db.runTransaction(async (transaction) => {
    await heldUntil(transaction);
    transaction.update(db.doc(sendPath(postId)), { doubtful, until: clock() });
  });
}

/** Our own time limit, or what nobody foresaw: the tweet may be out. */
function unanswered(error: unknown): JobError {
  const message = 'X did not answer in time.';
  return new JobError('x_unavailable', message, 'later', { cause: error });
}
