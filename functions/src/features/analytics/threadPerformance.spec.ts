import assert from 'node:assert/strict';
import { measuredPost, readingAt } from '../../testing/posts.js';
import { calendarOf } from './calendar.js';
import { performanceOf } from './threadPerformance.js';

const start = '2026-11-20T12:00:00Z';
const utc = calendarOf('UTC');

function thread(impressions: readonly number[], missing: readonly string[] = []) {
  const tweetIds = impressions.map((_, index) => String(index + 1));
  const counts = Object.fromEntries(
    impressions.map((count, index) => [String(index + 1), { impressions: count }]),
  );
  const more = { tweetIds, missing: new Set(missing) };
  return performanceOf(measuredPost(start, [readingAt('2026-11-21T12:00:00Z', counts)], more), utc);
}

describe('a thread measured whole', () => {
  it('tells what is lost from tweet to tweet, and where most readers stop', () => {
    const { tweets, readersStopAfter, impressions } = thread([1000, 900, 300, 250, 0]);
    assert.deepEqual(
      tweets.map(({ position, dropOff }) => [position, dropOff]),
      [
        [1, null],
        [2, 0.1],
        [3, 0.6667],
        [4, 0.1667],
        [5, 1],
      ],
    );
    assert.equal(readersStopAfter, 2);
    assert.equal(impressions, 2450);
  });

  it('takes a tweet that is seen more than the one before for no loss', () => {
    const { tweets, readersStopAfter } = thread([100, 150, 150]);
    assert.deepEqual(
      tweets.map(({ dropOff }) => dropOff),
      [null, 0, 0],
    );
    assert.equal(readersStopAfter, null);
  });

  it('compares with the tweet before that is still there, at its place in the thread', () => {
    const { tweets, missingTweets, readersStopAfter } = thread([1000, 900, 300, 250], ['1', '3']);
    assert.deepEqual(
      tweets.map(({ position, dropOff }) => [position, dropOff]),
      [
        [2, null],
        [4, 0.7222],
      ],
    );
    assert.deepEqual([missingTweets, readersStopAfter], [2, 2]);
  });

  it('knows no drop after a tweet that nobody saw, nor in a thread of one tweet', () => {
    assert.deepEqual(
      thread([0, 5]).tweets.map(({ dropOff }) => dropOff),
      [null, null],
    );
    assert.equal(thread([0, 0]).readersStopAfter, null);
    assert.equal(thread([70]).readersStopAfter, null);
  });

  it('leaves a tweet out that was never read, and knows nothing of an unread thread', () => {
    const readings = [readingAt('2026-11-21T12:00:00Z', { 1: { impressions: 7 } })];
    const some = performanceOf(measuredPost(start, readings), utc);
    assert.deepEqual(
      some.tweets.map(({ tweetId }) => tweetId),
      ['1'],
    );
    const none = performanceOf(measuredPost(start, []), utc);
    assert.deepEqual([none.tweets, none.impressions, none.history], [[], 0, []]);
  });

  it('keeps clicks that X no longer tells', () => {
    const readings = [
      readingAt('2026-11-21T12:00:00Z', { 1: { linkClicks: 3, profileClicks: 1 } }),
      readingAt('2027-01-21T12:00:00Z', { 1: { impressions: 90 } }),
    ];
    const [tweet] = performanceOf(measuredPost(start, readings), utc).tweets;
    assert.deepEqual([tweet?.impressions, tweet?.linkClicks, tweet?.profileClicks], [90, 3, 1]);
  });

  it('has one entry of history a day, by the days of the zone, falls included', () => {
    const readings = [
      readingAt('2026-11-20T23:30:00Z', { 1: { impressions: 10, likes: 1 } }),
      readingAt('2026-11-21T01:00:00Z', { 1: { impressions: 20, likes: 2 } }),
      readingAt('2026-11-22T12:00:00Z', { 1: { impressions: 15 }, 2: { impressions: 4 } }),
    ];
    const historyIn = (zone: string) =>
      performanceOf(measuredPost(start, readings), calendarOf(zone)).history;
    assert.deepEqual(historyIn('Europe/Paris'), [
      { date: '2026-11-21', impressions: 20, engagements: 2 },
      { date: '2026-11-22', impressions: 19, engagements: 0 },
    ]);
    assert.equal(historyIn('UTC').length, 3);
  });
});
