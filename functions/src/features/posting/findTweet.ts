import type { Firestore } from 'firebase-admin/firestore';
import { sleep } from '../../platform/clock.js';
import type { Clock } from '../../platform/clock.js';
import type { XConnection, XTweet } from '../../providers/x/types.js';
import { isSameTweet } from './postedText.js';
import { isHeldElsewhere, openingsUnderWay } from './store.js';

export interface FindDependencies {
  readonly db: Firestore;
  readonly clock: Clock;
  /** How long X's timeline may lag behind what was posted; looked twice, that long after another. */
  readonly timelineLagSeconds: number;
}

/** A tweet that may be out. */
export interface Sought {
  readonly postId: string;
  readonly userId: string;
  readonly text: string;
  /** The tweet of the thread before it; null for the first. */
  readonly inReplyTo: string | null;
  /** From when to when it was sent, by our clock. */
  readonly since: Date;
  readonly until: Date;
}

/** X's clock and ours may differ by this much. */
const CLOCK_SKEW_MS = 60_000;

/**
 * Finds out whether a tweet whose sending nobody saw end is out, by reading the account's timeline once it has
 * had time to show it, and again after that time once more.
 * @returns its id, or null where it is not there
 * @throws JobError those of the connection
 */
export async function findTweet(
  deps: FindDependencies,
  connection: XConnection,
  sought: Sought,
  signal: AbortSignal,
): Promise<string | null> {
  const lagMs = deps.timelineLagSeconds * 1000;
  let lookedAt = 0;
  for (const due of [1, 2].map((times) => sought.until.getTime() + times * lagMs)) {
    // A first look that came late saw all that a second one would.
    if (lookedAt >= due) break;
    await sleep(Math.max(0, due - deps.clock().getTime()), signal);
    lookedAt = deps.clock().getTime();
    const found = await lookForTweet(deps, connection, sought, signal);
    if (found !== null) return found;
  }
  return null;
}

/** One look at the timeline as it is. */
export async function lookForTweet(
  { db }: FindDependencies,
  { identity, client }: XConnection,
  sought: Sought,
  signal: AbortSignal,
): Promise<string | null> {
  const since = new Date(sought.since.getTime() - CLOCK_SKEW_MS);
  const seen = await client.tweetsSince(identity.xUserId, since, signal);
  for (const { tweetId } of candidates(seen, sought)) {
    if (!(await isAnothers(db, sought, tweetId))) return tweetId;
  }
  return null;
}

/** What may be the tweet, oldest first: the same text in the same place. */
export function candidates(seen: readonly XTweet[], { text, inReplyTo }: Sought): XTweet[] {
  return seen
    .filter((tweet) => tweet.inReplyTo === inReplyTo && isSameTweet(text, tweet.text))
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
}

/**
 * Whether a tweet is, or may turn out to be, another post's of the same user. A reply is told by what it
 * replies to; an opening only by its text, which another post that goes out at this moment may share.
 */
async function isAnothers(db: Firestore, sought: Sought, tweetId: string): Promise<boolean> {
  const { postId, userId, inReplyTo, text } = sought;
  if (await isHeldElsewhere(db, postId, tweetId)) return true;
  if (inReplyTo !== null) return false;
  const openings = await openingsUnderWay(db, userId, postId);
  return openings.some((opening) => isSameTweet(opening, text));
}
