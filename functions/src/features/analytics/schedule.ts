import { addDays, utcDay } from './calendar.js';

/**
 * How often the tweets of a post are read, by the post's age in UTC days when it is read.
 *
 * X charges $0.005 for a post read, once a UTC day (docs.x.com, pay-per-use prices, November 2026). By this
 * schedule a tweet is read 34 times in its life, for $0.17, and a thread of five tweets for $0.85. Since
 * each day's threads come to 34 readings over the days that follow, a user who posts one such thread
 * every day has 34 threads read a day at most: $0.85 a day for a business user. A look at the analytics
 * on a day between adds the day's reading of threads under 30 days old, at most $0.005 a tweet and day.
 */
const bands = [
  { underDays: 7, everyDays: 1 },
  { underDays: 30, everyDays: 3 },
  { underDays: 90, everyDays: 7 },
  { underDays: 365, everyDays: 30 },
] as const;

/** For how long X tells an author a tweet's private metrics (docs.x.com, metrics). */
export const PRIVATE_METRICS_DAYS = 30;

const DAY_MS = 24 * 3600 * 1000;

/** Whole UTC days from one instant to another. */
function daysBetween(from: Date, to: Date): number {
  return (Date.parse(utcDay(to)) - Date.parse(utcDay(from))) / DAY_MS;
}

/**
 * When a post that was read at `readAt` is to be read again: at the beginning of a UTC day, or never,
 * null, after the first reading past a year.
 */
export function nextReading(startedAt: Date, readAt: Date): Date | null {
  const age = daysBetween(startedAt, readAt);
  const band = bands.find(({ underDays }) => age < underDays);
  return band ? new Date(addDays(utcDay(readAt), band.everyDays)) : null;
}

/** Whether a reading is recent enough, by the schedule, to stand for the post at `now`. */
export function isRecentEnough(startedAt: Date, readAt: Date, now: Date): boolean {
  const next = nextReading(startedAt, readAt);
  return next === null || next > now;
}

/** Whether X would still tell private metrics of the post's tweets. */
export function hasPrivateMetrics(startedAt: Date, now: Date): boolean {
  return now.getTime() - startedAt.getTime() < PRIVATE_METRICS_DAYS * DAY_MS;
}
