import assert from 'node:assert/strict';
import { MAX_EDITED_TWEETS, analyticsSchema } from '@quikthread/contract';
import fc from 'fast-check';
import { measuredPost, readingAt } from '../../testing/posts.js';
import { DETAILED_THREADS, aggregate } from './aggregate.js';
import { calendarOf } from './calendar.js';
import { ALL_READINGS } from './measure.js';
import type { MeasuredPost, Reading } from './metrics.js';

const DAY_MS = 24 * 3600 * 1000;
const now = new Date('2026-11-21T12:00:00Z');
const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS);
const utc = calendarOf('UTC');
const engagements = (posts: readonly MeasuredPost[], zone = 'UTC', at = now) =>
  aggregate(posts, calendarOf(zone), at).engagementTrend.map((point) => point.engagements);

/** Likes of the first tweet, by how many days ago they were read. */
const likesRead = (likes: Readonly<Record<number, number>>): Reading[] =>
  Object.entries(likes)
    .map(([days, count]) => readingAt(daysAgo(Number(days)), { 1: { likes: count } }))
    .sort((one, other) => one.takenAt.getTime() - other.takenAt.getTime());

/** Bytes that a value takes in a document (firebase.google.com/docs/firestore/storage-size). */
function firestoreSize(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value) + 1;
  if (typeof value === 'number') return 8;
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + firestoreSize(one), 0);
  if (typeof value !== 'object' || value === null) return 1;
  return Object.entries(value).reduce(
    (sum, [name, one]) => sum + Buffer.byteLength(name) + 1 + firestoreSize(one),
    0,
  );
}

describe('analytics', () => {
  it('of no posts are nothing, on seven days', () => {
    const data = aggregate([], utc, now);
    assert.deepEqual(analyticsSchema.parse(data), data);
    assert.deepEqual(
      data.engagementTrend.map(({ date }) => date),
      [15, 16, 17, 18, 19, 20, 21].map((day) => `2026-11-${day}`),
    );
    assert.ok(data.engagementTrend.every((point) => point.engagements === 0));
    assert.equal(data.weekOverWeekGrowth, null);
    assert.deepEqual([data.totalImpressions, data.threads, data.topPosts], [0, [], []]);
  });

  it('sum likes, retweets and replies, and count a reader of a thread once for reach', () => {
    const counts = { 1: { impressions: 100, likes: 5, retweets: 2, bookmarks: 9 } };
    const posts = [
      measuredPost(daysAgo(1), [
        readingAt(now, { ...counts, 2: { impressions: 140, replies: 1, quotes: 3 } }),
      ]),
      measuredPost(daysAgo(2), [readingAt(now, { 1: { impressions: 60, likes: 1 } })]),
    ];
    const data = aggregate(posts, utc, now);
    assert.equal(data.totalImpressions, 300);
    assert.equal(data.totalReach, 200);
    assert.match(data.totalReachMethod, /estimate/);
    assert.deepEqual([data.totalLikes, data.totalEngagements], [6, 9]);
  });

  it('count posts whose tweets are all gone as deleted and nowhere else', () => {
    const readings = [readingAt(now, { 1: { likes: 5 }, 2: { likes: 7 } })];
    const posts = [
      measuredPost(daysAgo(1), readings, { missing: new Set(['1', '2']) }),
      measuredPost(daysAgo(1), readings, { missing: new Set(['1']) }),
    ];
    const data = aggregate(posts, utc, now);
    assert.deepEqual([data.deletedPosts, data.threads.length, data.postsThisWeek], [1, 1, 1]);
    assert.deepEqual([data.totalLikes, data.topPosts.length], [7, 1]);
    assert.equal(data.threads[0]?.missingTweets, 1);
  });

  it('show the five posts of the most engagement, the newest of equals first', () => {
    const posts = [3, 9, 3, 0, 7, 3, 8].map((likes, index) =>
      measuredPost(daysAgo(index), [readingAt(now, { 1: { likes } })], { postId: `p${index}` }),
    );
    assert.deepEqual(
      aggregate(posts, utc, now).topPosts.map(({ postId, engagement }) => [postId, engagement]),
      [
        ['p1', 9],
        ['p6', 8],
        ['p4', 7],
        ['p0', 3],
        ['p2', 3],
      ],
    );
  });

  it('take all posts into the totals, but show the newest alone one by one', () => {
    const posts = Array.from({ length: DETAILED_THREADS + 5 }, (_, index) =>
      measuredPost(daysAgo(index), [readingAt(now, { 1: { likes: 1 } })], { postId: `p${index}` }),
    );
    const data = aggregate(posts, utc, now);
    assert.equal(data.totalLikes, DETAILED_THREADS + 5);
    assert.equal(data.threads.length, DETAILED_THREADS);
    assert.equal(data.threads[0]?.postId, 'p0');
  });

  it('fit in a Firestore document at their largest: 1 MiB', () => {
    const ids = Array.from({ length: MAX_EDITED_TWEETS }, (_, i) => String(10n ** 18n + BigInt(i)));
    const read = { impressions: 1, linkClicks: 1, profileClicks: 1 };
    const counts = Object.fromEntries(ids.map((id) => [id, read]));
    const readings = Array.from({ length: ALL_READINGS }, (_, i) => readingAt(daysAgo(i), counts));
    // The most bytes that X lets into 280 weighted characters: an emoji of many parts weighs two.
    const title =
      '\u{1F469}\u{1F3FB}\u200D\u2764\uFE0F\u200D\u{1F48B}\u200D\u{1F469}\u{1F3FB}'.repeat(140);
    const more = {
      tweetIds: ids,
      title,
      threadUrl: `https://x.com/${'u'.repeat(15)}/status/${ids[0] ?? ''}`,
    };
    const posts = Array.from({ length: DETAILED_THREADS + 1 }, (_, i) =>
      measuredPost(daysAgo(60), readings.toReversed(), {
        ...more,
        postId: `${'p'.repeat(24)}${i}`,
      }),
    );
    const size = firestoreSize(aggregate(posts, utc, now));
    assert.ok(size > 500_000 && size < 1_048_576 - 2048, `${size} bytes`);
  });

  describe('the trend', () => {
    it('is growth between readings, not totals', () => {
      const readings = likesRead({ 30: 900, 2.5: 1000, 1.5: 1010, 0.5: 1040 });
      const trend = engagements([measuredPost(daysAgo(31), readings)]);
      assert.deepEqual(trend.slice(-2), [30, 0]);
      assert.equal(trend.at(-3), 10);
    });

    it('spreads a gap evenly over its days', () => {
      const readings = likesRead({ 5.5: 0, 0.5: 50 });
      const trend = engagements([measuredPost(daysAgo(6), readings)]);
      assert.deepEqual(trend, [0, 10, 10, 10, 10, 10, 0]);
    });

    it('never shows less than nothing where counts fall', () => {
      const readings = likesRead({ 3.5: 50, 2.5: 20, 1.5: 40, 0.5: 60 });
      assert.deepEqual(engagements([measuredPost(daysAgo(4), readings)]).slice(-3), [0, 10, 0]);
    });

    it('has days of the zone, one of 25 hours among them', () => {
      // Paris: from 25 October, 00:00 summer time, to 26 October, 00:00 winter time, are 25 hours.
      const posts = [
        measuredPost('2026-10-24T22:00:00Z', [
          readingAt('2026-10-25T23:00:00Z', { 1: { likes: 25 } }),
          readingAt('2026-10-26T23:00:00Z', { 1: { likes: 49 } }),
        ]),
      ];
      const at = new Date('2026-10-27T10:00:00Z');
      assert.deepEqual(engagements(posts, 'Europe/Paris', at), [0, 0, 0, 0, 25, 24, 0]);
      assert.deepEqual(engagements(posts, 'UTC', at), [0, 0, 0, 2, 24, 23, 0]);
    });

    it('has days of the zone, one of 23 hours among them', () => {
      // Paris: from 29 March, 00:00 winter time, to 30 March, 00:00 summer time, are 23 hours.
      const posts = [
        measuredPost('2026-03-28T23:00:00Z', [
          readingAt('2026-03-29T22:00:00Z', { 1: { likes: 23 } }),
          readingAt('2026-03-30T22:00:00Z', { 1: { likes: 47 } }),
        ]),
      ];
      const at = new Date('2026-03-31T10:00:00Z');
      assert.deepEqual(engagements(posts, 'Europe/Paris', at), [0, 0, 0, 0, 23, 24, 0]);
      assert.deepEqual(engagements(posts, 'UTC', at), [0, 0, 0, 1, 24, 22, 0]);
    });

    it('goes over the end of a year', () => {
      const at = new Date('2027-01-02T12:00:00Z');
      const data = aggregate([], calendarOf('Asia/Tokyo'), at);
      assert.deepEqual(
        data.engagementTrend.map(({ date }) => date.slice(2)),
        ['26-12-27', '26-12-28', '26-12-29', '26-12-30', '26-12-31', '27-01-01', '27-01-02'],
      );
    });
  });

  describe('the week over week growth', () => {
    const growth = (posts: readonly MeasuredPost[]) =>
      aggregate(posts, utc, now).weekOverWeekGrowth;

    it('holds 168 hours against the 168 before, in percent', () => {
      const more = measuredPost(daysAgo(15), likesRead({ 14: 100, 7: 120, 0: 150 }));
      assert.equal(growth([more]), 50);
      const less = measuredPost(daysAgo(15), likesRead({ 14: 0, 7: 30, 0: 40 }));
      assert.equal(growth([less]), -66.7);
      assert.equal(growth([more, less]), -20);
    });

    it('is null without a week before', () => {
      assert.equal(growth([measuredPost(daysAgo(3), likesRead({ 0: 50 }))]), null);
      assert.equal(growth([measuredPost(daysAgo(20), likesRead({ 14: 5, 7: 5, 0: 50 }))]), null);
    });

    it('leaves out a thread whose history begins in between', () => {
      const unknown = measuredPost(daysAgo(200), likesRead({ 10: 5000, 7: 5100, 0: 5900 }));
      assert.equal(growth([unknown]), null);
      const known = measuredPost(daysAgo(15), likesRead({ 14: 100, 7: 120, 0: 150 }));
      assert.equal(growth([unknown, known]), 50);
    });

    it('is -100 where a week brought nothing after one that did', () => {
      assert.equal(growth([measuredPost(daysAgo(15), likesRead({ 14: 0, 7: 9, 0: 9 }))]), -100);
    });
  });

  it('count threads of the last seven days of the zone, today included', () => {
    const posted = (at: string) => measuredPost(at, []);
    const posts = ['2026-11-15T00:30:00Z', '2026-11-14T23:30:00Z'].map(posted);
    assert.equal(aggregate(posts, utc, now).postsThisWeek, 1);
    assert.equal(aggregate(posts, calendarOf('Europe/Paris'), now).postsThisWeek, 2);
    assert.equal(aggregate(posts, calendarOf('America/New_York'), now).postsThisWeek, 0);
  });

  it('count threads by those days where clocks change within the week, or at its beginning', () => {
    const counted = (postedAt: string, zone: string, at: string) =>
      aggregate([measuredPost(postedAt, [])], calendarOf(zone), new Date(at)).postsThisWeek;
    // New York: 1 November begins at 04:00 UTC, and its clocks go back; 2 November begins at 05:00.
    assert.equal(counted('2026-11-01T03:59:59Z', 'America/New_York', '2026-11-07T12:00:00Z'), 0);
    assert.equal(counted('2026-11-01T04:00:00Z', 'America/New_York', '2026-11-07T12:00:00Z'), 1);
    assert.equal(counted('2026-11-02T04:59:59Z', 'America/New_York', '2026-11-08T12:00:00Z'), 0);
    assert.equal(counted('2026-11-02T05:00:00Z', 'America/New_York', '2026-11-08T12:00:00Z'), 1);
    // The same days to the last minute of the week, which is an hour later than before.
    assert.equal(counted('2026-11-01T04:00:00Z', 'America/New_York', '2026-11-08T04:59:59Z'), 1);
    assert.equal(counted('2026-11-01T04:00:00Z', 'America/New_York', '2026-11-08T05:00:00Z'), 0);
    // February of a leap year has a 29th.
    assert.equal(counted('2028-02-24T00:00:00Z', 'UTC', '2028-03-01T12:00:00Z'), 1);
    assert.equal(counted('2027-02-24T00:00:00Z', 'UTC', '2027-03-01T12:00:00Z'), 1);
    assert.equal(counted('2028-02-23T23:59:59Z', 'UTC', '2028-03-01T12:00:00Z'), 0);
    assert.equal(counted('2027-02-23T00:00:00Z', 'UTC', '2027-03-01T12:00:00Z'), 1);
  });

  describe('whatever was read, in any zone', () => {
    const counts = fc.record({
      impressions: fc.nat(100_000),
      likes: fc.nat(1000),
      retweets: fc.nat(1000),
      replies: fc.nat(1000),
    });
    const post = fc
      .record({
        tweetIds: fc.uniqueArray(fc.integer({ min: 1, max: 30 }).map(String), { minLength: 1 }),
        startedDaysAgo: fc.double({ min: 0, max: 40, noNaN: true }),
        readDaysAgo: fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 20 }),
        counts: fc.array(counts, { minLength: 30, maxLength: 30 }),
        isMissing: fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
      })
      .map(({ tweetIds, startedDaysAgo, readDaysAgo, counts: some, isMissing }) => {
        const readings = readDaysAgo
          .filter((days) => days <= startedDaysAgo)
          .sort((one, other) => other - one)
          .map((days) => {
            const read = tweetIds.map((id, i) => [id, some[(i + days) % some.length] ?? {}]);
            return readingAt(
              daysAgo(days),
              Object.fromEntries(read) as Parameters<typeof readingAt>[1],
            );
          });
        const missing = new Set(tweetIds.filter((_, i) => isMissing[i]));
        return measuredPost(daysAgo(startedDaysAgo), readings, { tweetIds, missing });
      });
    const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));

    it('keep their contract, and their sums agree', () => {
      fc.assert(
        fc.property(fc.array(post, { maxLength: 6 }), zones, (posts, zone) => {
          const data = aggregate(posts, calendarOf(zone), now);
          assert.deepEqual(analyticsSchema.parse(data), data);
          assert.equal(data.threads.length + data.deletedPosts, posts.length);
          const total = data.threads.reduce((sum, thread) => sum + thread.engagements, 0);
          assert.equal(data.totalEngagements, total);
          assert.ok(data.totalReach <= data.totalImpressions);
          const best = data.topPosts.map(({ engagement }) => engagement);
          assert.deepEqual(
            best,
            [...best].sort((one, other) => other - one),
          );
        }),
      );
    });

    it('the trend of growing counts of new threads adds up to their total', () => {
      const readings = fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.nat(500)), {
        minLength: 1,
        maxLength: 9,
      });
      fc.assert(
        fc.property(fc.array(readings, { maxLength: 5 }), zones, (threads, zone) => {
          let total = 0;
          const posts = threads.map((steps) => {
            let minutes = 0;
            let likes = 0;
            const read = steps.map(([gap, gain]) => {
              minutes += gap;
              likes += gain;
              const takenAt = new Date(daysAgo(5.9).getTime() + minutes * 60_000);
              return readingAt(takenAt, { 1: { likes } });
            });
            total += likes;
            return measuredPost(daysAgo(5.9), read);
          });
          const trend = engagements(posts, zone);
          assert.equal(
            trend.reduce((sum, one) => sum + one, 0),
            total,
          );
        }),
      );
    });
  });
});
