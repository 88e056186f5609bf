import type { AnalyticsData, EngagementPoint, TopPost } from '@quikthread/contract';
import type { Calendar } from './calendar.js';
import { addDays, lastDays } from './calendar.js';
import type { MeasuredPost, ThreadTotals } from './metrics.js';
import { isGone, latestTotals } from './metrics.js';
import { engagementSeries } from './series.js';
import type { EngagementSeries } from './series.js';
import { performanceOf } from './threadPerformance.js';

const WEEK_MS = 7 * 24 * 3600 * 1000;
const TOP_POSTS = 5;

/** How many threads are shown one by one, so that the cached document stays under Firestore's 1 MiB. */
export const DETAILED_THREADS = 80;

const REACH_METHOD =
  'An estimate: X does not count unique viewers. For each thread, the impressions of its most seen ' +
  'tweet, since somebody who reads on sees the same thread; somebody who sees two threads counts twice.';

/**
 * What a user's posts came to at `asOf`. Pure.
 *
 * Tweets that X no longer has are left out, and posts of which nothing is left count in `deletedPosts`
 * alone. The trend and the growth come from the readings' history ({@link engagementSeries}).
 * @param posts newest first
 */
export function aggregate(
  posts: readonly MeasuredPost[],
  calendar: Calendar,
  asOf: Date,
): AnalyticsData {
  const present = posts.filter((post) => !isGone(post));
  const measured = present.map((post) => ({ post, totals: latestTotals(post) }));
  const total = (name: keyof ThreadTotals) => sum(measured.map(({ totals }) => totals[name]));
  const series = present.map(engagementSeries);
  const week = new Set(lastDays(calendar, asOf, 7));
  return {
    totalImpressions: total('impressions'),
    totalReach: total('reach'),
    totalReachMethod: REACH_METHOD,
    totalLikes: total('likes'),
    totalEngagements: total('engagements'),
    weekOverWeekGrowth: weekOverWeek(series, asOf),
    postsThisWeek: present.filter(({ postedAt }) => week.has(calendar.dayOf(postedAt))).length,
    engagementTrend: trend(series, calendar, asOf),
    topPosts: topPosts(measured),
    threads: present.slice(0, DETAILED_THREADS).map((post) => performanceOf(post, calendar)),
    deletedPosts: posts.length - present.length,
    timeZone: calendar.timeZone,
    asOf: asOf.toISOString(),
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

function topPosts(
  measured: readonly { readonly post: MeasuredPost; readonly totals: ThreadTotals }[],
): TopPost[] {
  return [...measured]
    .sort((one, other) => other.totals.engagements - one.totals.engagements)
    .slice(0, TOP_POSTS)
    .map(({ post: { postId, title, threadUrl }, totals }) => {
      return { postId, title, engagement: totals.engagements, threadUrl };
    });
}

/** Growth day by day. Rounding the sums, not the days, keeps the days true to the whole. */
function trend(
  series: readonly EngagementSeries[],
  calendar: Calendar,
  asOf: Date,
): EngagementPoint[] {
  const upTo = (day: string) => {
    const instant = calendar.startOf(day);
    return Math.round(sum(series.map((one) => one.at(instant))));
  };
  return lastDays(calendar, asOf, 7).map((date) => {
    return { date, engagements: upTo(addDays(date, 1)) - upTo(date) };
  });
}

/**
 * The 7 days up to `asOf` against the 7 before, each of 168 hours, so that a day that has only begun
 * is not held against a whole one. Only threads whose history reaches back over both, or
 * that began within them, are compared. In percent, to one decimal.
 */
function weekOverWeek(series: readonly EngagementSeries[], asOf: Date): number | null {
  const weekAgo = new Date(asOf.getTime() - WEEK_MS);
  const twoWeeksAgo = new Date(asOf.getTime() - 2 * WEEK_MS);
  const compared = series.filter(({ knownSince }) => !knownSince || knownSince <= twoWeeksAgo);
  const upTo = (instant: Date) => sum(compared.map((one) => one.at(instant)));
  const middle = upTo(weekAgo);
  const before = middle - upTo(twoWeeksAgo);
  const since = upTo(asOf) - middle;
  // Less than half an engagement is none: sums of interpolated counts are not exact.
  if (before < 0.5) return null;
  return Math.round(((since - before) / before) * 1000) / 10;
}
