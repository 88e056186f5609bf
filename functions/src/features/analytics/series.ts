import type { MeasuredPost, Reading } from './metrics.js';
import { engagementsOf, presentTweets } from './metrics.js';

const DAY_MS = 24 * 3600 * 1000;

/**
 * A thread counts as having begun with nothing where its first reading came this soon after: what
 * an older one had gained before it was first read, it gained nobody knows when.
 */
const FIRST_READING_DAYS = 7;

/** A count that only grows, known at some times. */
interface Point {
  readonly at: number;
  readonly value: number;
}

/** How a thread's engagements added up over time. */
export interface EngagementSeries {
  /** The time from which on growth is known; null where it is known from the thread's beginning. */
  readonly knownSince: Date | null;
  /** Engagements up to a time. */
  readonly at: (instant: Date) => number;
}

/**
 * The engagements of the tweets that X still has, from reading to reading. Between two readings they
 * grow evenly; after the last one they stand still. X corrects counts downwards at times: then they stand
 * still too, until they are higher than they ever were.
 */
export function engagementSeries(post: MeasuredPost): EngagementSeries {
  const { startedAt, readings } = post;
  const first = readings[0]?.takenAt;
  const fromStart =
    first === undefined || first.getTime() - startedAt.getTime() < FIRST_READING_DAYS * DAY_MS;
  const series = presentTweets(post).map((tweetId) =>
    pointsOf(readings, tweetId, fromStart ? startedAt : null),
  );
  return {
    knownSince: fromStart ? null : first,
    at: (instant) => series.reduce((sum, points) => sum + valueAt(points, instant.getTime()), 0),
  };
}

function pointsOf(
  readings: readonly Reading[],
  tweetId: string,
  startedAt: Date | null,
): readonly Point[] {
  const points: Point[] = [];
  let highest = 0;
  for (const { takenAt, tweets } of readings) {
    const counts = tweets.get(tweetId);
    if (!counts) continue;
    highest = Math.max(highest, engagementsOf(counts));
    points.push({ at: takenAt.getTime(), value: highest });
  }
  const [first] = points;
  if (!startedAt || !first) return points;
  return [{ at: Math.min(startedAt.getTime(), first.at), value: 0 }, ...points];
}

function valueAt(points: readonly Point[], at: number): number {
  const next = points.findIndex((point) => point.at > at);
  const after = points[next];
  const before = next === -1 ? points.at(-1) : points[next - 1];
  if (!before) return after?.value ?? 0;
  if (!after) return before.value;
  const share = (at - before.at) / (after.at - before.at);
  return before.value + share * (after.value - before.value);
}
