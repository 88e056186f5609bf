import type { ThreadPerformance } from '@quikthread/contract';
import type { Calendar } from './calendar.js';
import type { MeasuredPost, Reading } from './metrics.js';
import { engagementsOf, latestCounts, latestTotals, presentTweets } from './metrics.js';

type TweetPerformance = ThreadPerformance['tweets'][number];

/** A thread measured whole, from its newest counts; a tweet that was never read is left out. */
export function performanceOf(post: MeasuredPost, calendar: Calendar): ThreadPerformance {
  const tweets = tweetsOf(post);
  const { impressions, engagements } = latestTotals(post);
  return {
    postId: post.postId,
    title: post.title,
    threadUrl: post.threadUrl,
    postedAt: post.postedAt.toISOString(),
    impressions,
    engagements,
    tweets,
    readersStopAfter: readersStopAfter(tweets),
    missingTweets: post.missing.size,
    history: historyOf(post, calendar),
  };
}

/** By position in the thread as it was posted: tweets that are gone leave a gap. */
function tweetsOf(post: MeasuredPost): TweetPerformance[] {
  const tweets: TweetPerformance[] = [];
  for (const tweetId of presentTweets(post)) {
    const counts = latestCounts(post, tweetId);
    if (!counts) continue;
    const { impressions, linkClicks, profileClicks } = counts;
    tweets.push({
      position: post.tweetIds.indexOf(tweetId) + 1,
      tweetId,
      impressions,
      engagements: engagementsOf(counts),
      dropOff: dropOff(tweets.at(-1)?.impressions ?? 0, impressions),
      linkClicks,
      profileClicks,
    });
  }
  return tweets;
}

/** The share, to four decimals, that did not come from one tweet to the next. */
function dropOff(before: number, impressions: number): number | null {
  if (before === 0) return null;
  return Math.round(Math.max(0, 1 - impressions / before) * 10_000) / 10_000;
}

/** The position before the step that lost the most impressions, the first of equals; null where none lost any. */
function readersStopAfter(tweets: readonly TweetPerformance[]): number | null {
  let largest = 0;
  let position: number | null = null;
  for (const [index, { impressions }] of tweets.entries()) {
    const before = tweets[index - 1];
    if (!before || before.impressions - impressions <= largest) continue;
    largest = before.impressions - impressions;
    position = before.position;
  }
  return position;
}

/** The last reading of each day, as X counted then; of tweets that are still there. */
function historyOf(post: MeasuredPost, calendar: Calendar): ThreadPerformance['history'] {
  const present = presentTweets(post);
  const byDay = new Map(
    post.readings.map((reading) => [calendar.dayOf(reading.takenAt), reading] as const),
  );
  return [...byDay].map(([date, reading]) => ({ date, ...totalsOf(reading, present) }));
}

/** A thread's impressions and engagements in one reading. */
export function totalsOf(
  { tweets }: Reading,
  tweetIds: readonly string[],
): { impressions: number; engagements: number } {
  const totals = { impressions: 0, engagements: 0 };
  for (const tweetId of tweetIds) {
    const counts = tweets.get(tweetId);
    if (!counts) continue;
    totals.impressions += counts.impressions;
    totals.engagements += engagementsOf(counts);
  }
  return totals;
}
