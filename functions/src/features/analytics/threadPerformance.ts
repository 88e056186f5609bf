import type { ThreadPerformance } from '@quikthread/contract';
import type { Calendar } from './calendar.js';
import type { MeasuredPost, Reading } from './metrics.js';
import { engagementsOf, latestCounts, presentTweets } from './metrics.js';

type TweetPerformance = ThreadPerformance['tweets'][number];

/** A thread measured whole, from its newest counts; a tweet that was never read is left out. */
export function performanceOf(post: MeasuredPost, calendar: Calendar): ThreadPerformance {
  const tweets = tweetsOf(post);
  return {
    postId: post.postId,
    title: post.title,
    threadUrl: post.threadUrl,
    postedAt: post.postedAt.toISOString(),
    impressions: tweets.reduce((sum, { impressions }) => sum + impressions, 0),
    engagements: tweets.reduce((sum, { engagements }) => sum + engagements, 0),
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
  const byDay = new Map<string, ThreadPerformance['history'][number]>();
  for (const reading of post.readings) {
    const date = calendar.dayOf(reading.takenAt);
    byDay.set(date, { date, ...totalsOf(reading, presentTweets(post)) });
  }
  return [...byDay.values()];
}

/** A thread's impressions and engagements in one reading. */
export function totalsOf(
  { tweets }: Reading,
  tweetIds: readonly string[],
): { impressions: number; engagements: number } {
  const counts = tweetIds.flatMap((tweetId) => tweets.get(tweetId) ?? []);
  return {
    impressions: counts.reduce((sum, { impressions }) => sum + impressions, 0),
    engagements: counts.reduce((sum, one) => sum + engagementsOf(one), 0),
  };
}
