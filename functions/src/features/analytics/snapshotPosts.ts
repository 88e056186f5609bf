import type { QueryDocumentSnapshot } from 'firebase-admin/firestore';
import { JobError, describeError } from '../../platform/errors.js';
import { log } from '../../platform/log.js';
import { readAccount } from './account.js';
import { addDays, utcDay, utcMidnight } from './calendar.js';
import type { AnalyticsDependencies } from './dependencies.js';
import { isGone } from './metrics.js';
import { inBatches, readAtX } from './readAtX.js';
import { dueOwners, duePosts, keepReadings, readPost, reschedule } from './store.js';

const PAGE_SIZE = 200;
/** How many users' posts are read at a time. */
const CONCURRENCY = 4;
/** For one user: five calls to X at most, of 20 seconds each at worst. */
const USER_TIMEOUT_MS = 100_000;

/** What one run came to, in users and posts. */
export interface SnapshotRun {
  readonly users: number;
  readonly posts: number;
  readonly failedUsers: number;
  /** Whether everything that was due had its turn; else the rest is still due for the next run. */
  readonly finished: boolean;
}

/**
 * Reads the posts that are due ({@link nextReading} has the schedule and its cost) and keeps a snapshot
 * of each: by user, in calls of 100 tweets. Begins nothing after `deadline`. What it leaves is due for
 * the next run, and what it has done is not: running twice reads nothing twice.
 *
 * Business users only: others' posts are taken off the schedule, and come back with their owner's first
 * look at the analytics. Where one user's posts cannot be read the others' are: that user's stay due where X
 * may soon answer, and else wait a day.
 */
export async function snapshotPosts(
  deps: AnalyticsDependencies,
  deadline: Date,
): Promise<SnapshotRun> {
  const { db, clock } = deps;
  const dueBy = utcMidnight(clock());
  const seen = new Set<string>();
  const totals = { users: 0, posts: 0, failedUsers: 0 };
  let last: QueryDocumentSnapshot | null = null;
  for (;;) {
    const page = await dueOwners(db, dueBy, PAGE_SIZE, last);
    last = page.at(-1) ?? null;
    if (!last) return { ...totals, finished: true };
    const owners = new Set(page.map((post) => post.get('userId') as string));
    for (const group of inBatches(
      [...owners].filter((id) => !seen.has(id)),
      CONCURRENCY,
    )) {
      if (clock() >= deadline) return { ...totals, finished: false };
      const counts = await Promise.all(group.map((userId) => snapshotUser(deps, userId, dueBy)));
      for (const userId of group) seen.add(userId);
      totals.users += group.length;
      totals.posts += counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
      totals.failedUsers += counts.filter((count) => count === null).length;
    }
  }
}

/** @returns how many posts were read; null where they could not be. Never rejects. */
async function snapshotUser(
  deps: AnalyticsDependencies,
  userId: string,
  dueBy: Date,
): Promise<number | null> {
  let due: readonly QueryDocumentSnapshot[] = [];
  try {
    due = await duePosts(deps.db, userId, dueBy);
    return await readDue(deps, userId, due);
  } catch (error) {
    const isRefusal = error instanceof JobError;
    const cause = isRefusal ? error.code : describeError(error).message;
    log(isRefusal ? 'WARNING' : 'ERROR', 'snapshots not taken', { userId, cause });
    if (isRefusal && error.retry === 'never') await putOff(deps, userId, due);
    return null;
  }
}

async function readDue(
  { db, clock, openX }: AnalyticsDependencies,
  userId: string,
  due: readonly QueryDocumentSnapshot[],
): Promise<number> {
  const account = await readAccount(db, userId);
  const entries = due.map((snapshot) => ({ snapshot, post: readPost(snapshot) }));
  const wanted = entries.flatMap(({ post }) => (post && !isGone(post) ? post : []));
  const posts = account?.features.analytics ? wanted : [];
  const kept = new Set(posts.map(({ postId }) => postId));
  await reschedule(
    db,
    due.filter(({ id }) => !kept.has(id)),
    null,
  );
  if (posts.length === 0) return 0;
  const signal = AbortSignal.timeout(USER_TIMEOUT_MS);
  const { client } = await openX(userId, signal);
  const now = clock();
  await keepReadings(db, userId, await readAtX(client, posts, now, signal), now);
  return posts.length;
}

/** To the next day, so that a user who has to act first is not tried at every run. */
async function putOff(
  { db, clock }: AnalyticsDependencies,
  userId: string,
  due: readonly QueryDocumentSnapshot[],
): Promise<void> {
  try {
    await reschedule(db, due, new Date(addDays(utcDay(clock()), 1)));
  } catch (error) {
    log('ERROR', 'snapshots not put off', { userId, cause: describeError(error).message });
  }
}
