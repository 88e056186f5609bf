import type { AnalyticsData } from '@quikthread/contract';
import { DETAILED_THREADS, aggregate } from './aggregate.js';
import type { Calendar } from './calendar.js';
import { utcDay } from './calendar.js';
import type { AnalyticsDependencies } from './dependencies.js';
import type { MeasuredPost, Reading } from './metrics.js';
import { isGone, presentTweets } from './metrics.js';
import { inBatches, readAtX } from './readAtX.js';
import { hasPrivateMetrics, isRecentEnough } from './schedule.js';
import { keepReadings, newestPosts, newestReadings } from './store.js';
import type { StoredPost } from './store.js';

/** More than the schedule and daily looks at a young thread together leave in a thread's life. */
export const ALL_READINGS = 60;
/** Of threads that are not shown one by one: what reaches back over two weeks, a reading a day. */
const RECENT_READINGS = 16;
/** How many posts' readings are fetched at a time. */
const CONCURRENCY = 50;

/**
 * Measures a user's newest posts, {@link MAX_POSTS} at most. Those under 30 days old are read at X, and
 * older ones that the schedule wants read; of the others the last reading counts. What was read is kept.
 * Without anything to read, X is not asked, and no connection is needed.
 * @throws JobError of an `x_` code
 */
export async function measure(
  { db, clock, openX }: AnalyticsDependencies,
  userId: string,
  calendar: Calendar,
  signal: AbortSignal,
): Promise<AnalyticsData> {
  const stored = await newestPosts(db, userId);
  const posts: MeasuredPost[] = [];
  for (const group of inBatches([...stored.entries()], CONCURRENCY)) {
    const withReadings = group.map(async ([index, post]) => {
      const count = index < DETAILED_THREADS ? ALL_READINGS : RECENT_READINGS;
      return { ...post, readings: await newestReadings(db, post.postId, count) };
    });
    posts.push(...(await Promise.all(withReadings)));
  }
  const now = clock();
  const live = posts.filter((post) => !isGone(post) && wantsReading(post, now));
  if (live.length === 0) return aggregate(posts, calendar, now);
  const { client } = await openX(userId, signal);
  const read = await readAtX(client, live, now, signal);
  await keepReadings(db, userId, read, now);
  const readNow = new Map(read.map((one) => [one.post.postId, one]));
  const measured = posts.map((post) => {
    const latest = readNow.get(post.postId);
    return latest ? withReading(post, latest.post, latest.reading) : post;
  });
  return aggregate(measured, calendar, now);
}

/** Whether the last reading cannot stand for the post: too old, or without one of its tweets. */
function wantsReading(post: MeasuredPost, now: Date): boolean {
  const last = post.readings.at(-1);
  if (!last || hasPrivateMetrics(post.startedAt, now)) return true;
  const isWhole = presentTweets(post).every((tweetId) => last.tweets.has(tweetId));
  return !isWhole || !isRecentEnough(post.startedAt, last.takenAt, now);
}

/** The post with one reading more, in place of an earlier one of the same UTC day: as it is kept. */
function withReading(
  { readings }: MeasuredPost,
  post: StoredPost,
  reading: Reading | null,
): MeasuredPost {
  if (!reading) return { ...post, readings };
  const day = utcDay(reading.takenAt);
  const others = readings.filter(({ takenAt }) => utcDay(takenAt) < day);
  return { ...post, readings: [...others, reading] };
}
