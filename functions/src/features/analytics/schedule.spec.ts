import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hasPrivateMetrics, isRecentEnough, nextReading } from './schedule.js';

const DAY_MS = 24 * 3600 * 1000;
const startedAt = new Date('2026-03-01T15:00:00Z');
const after = (days: number) => new Date(startedAt.getTime() + days * DAY_MS);

/** The ages, in days, at which a post is read that is read whenever it is due. */
function readingAges(first: Date): number[] {
  const ages: number[] = [];
  for (let at = nextReading(first, first); at; at = nextReading(first, at)) {
    ages.push(Math.round((at.getTime() - first.getTime()) / DAY_MS + 0.5));
  }
  return ages;
}

describe('the schedule of readings', () => {
  it('is daily for a week, then rarer, then over', () => {
    const ages = readingAges(startedAt);
    assert.deepEqual(ages.slice(0, 9), [1, 2, 3, 4, 5, 6, 7, 10, 13]);
    assert.deepEqual(ages.slice(13, 17), [28, 31, 38, 45]);
    assert.deepEqual(ages.slice(-2), [364, 394]);
  });

  it('reads a tweet 34 times, whatever the hour it was posted at', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 366 * 86_400 }), (seconds) => {
        const first = new Date(Date.parse('2026-01-01') + seconds * 1000);
        assert.equal(readingAges(first).length, 34);
      }),
    );
  });

  it('takes a reading for recent until the next one is due', () => {
    assert.ok(isRecentEnough(startedAt, after(40), new Date('2026-04-16T23:59:59Z')));
    assert.ok(!isRecentEnough(startedAt, after(40), new Date('2026-04-17T00:00:00Z')));
    assert.ok(isRecentEnough(startedAt, after(370), after(2000)));
  });

  it('expects private metrics for 30 days', () => {
    assert.ok(hasPrivateMetrics(startedAt, after(29.9)));
    assert.ok(!hasPrivateMetrics(startedAt, after(30)));
  });
});
