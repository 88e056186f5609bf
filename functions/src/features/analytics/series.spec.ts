import assert from 'node:assert/strict';
import fc from 'fast-check';
import { measuredPost, readingAt } from '../../testing/posts.js';
import { engagementSeries } from './series.js';

const HOUR_MS = 3600 * 1000;
const start = new Date('2026-11-01T00:00:00Z');
const hours = (count: number) => new Date(start.getTime() + count * HOUR_MS);

describe('the engagements of a thread over time', () => {
  it('grow evenly between readings and stand still after the last', () => {
    const { at, knownSince } = engagementSeries(
      measuredPost(start, [
        readingAt(hours(24), { 1: { likes: 12 }, 2: { replies: 12 } }),
        readingAt(hours(72), { 1: { likes: 22, retweets: 2 }, 2: { replies: 12 } }),
      ]),
    );
    assert.equal(knownSince, null);
    const known = [-5, 0, 12, 24, 48, 72, 500].map((hour) => at(hours(hour)));
    assert.deepEqual(known, [0, 0, 12, 24, 30, 36, 36]);
  });

  it('never fall, and count nothing twice, where X corrects a count downwards', () => {
    const likes = [10, 4, 7, 12];
    const readings = likes.map((count, i) =>
      readingAt(hours(10 * i + 10), { 1: { likes: count } }),
    );
    const { at } = engagementSeries(measuredPost(start, readings));
    assert.deepEqual(
      [10, 20, 30, 35, 40].map((hour) => at(hours(hour))),
      [10, 10, 10, 11, 12],
    );
  });

  it('begin with the first reading of a thread that was old by then', () => {
    const first = hours(24 * 7);
    const { at, knownSince } = engagementSeries(
      measuredPost(start, [readingAt(first, { 1: { likes: 500 } })]),
    );
    assert.deepEqual(knownSince, first);
    assert.equal(at(hours(1)), 500);
    assert.equal(at(hours(1000)), 500);
  });

  it('leave out tweets that are gone, from the beginning', () => {
    const readings = [readingAt(hours(10), { 1: { likes: 5 }, 2: { likes: 7 } })];
    const missing = new Set(['1']);
    assert.equal(engagementSeries(measuredPost(start, readings, { missing })).at(hours(10)), 7);
  });

  it('are nothing where nothing was read, or before a reading at the very start', () => {
    assert.equal(engagementSeries(measuredPost(start, [])).at(hours(10)), 0);
    const atOnce = [readingAt(start, { 1: { likes: 3 } })];
    const { at } = engagementSeries(measuredPost(start, atOnce));
    assert.deepEqual([at(hours(-1)), at(start), at(hours(1))], [0, 3, 3]);
  });

  it('never fall, and end at the highest sum of each tweet, whatever was read', () => {
    const counts = fc.record({ 1: fc.nat(1000), 2: fc.nat(1000) });
    const gaps = fc.array(fc.tuple(fc.integer({ min: 1, max: 2000 }), counts), { maxLength: 12 });
    fc.assert(
      fc.property(gaps, fc.array(fc.integer({ min: -100, max: 20_000 })), (steps, instants) => {
        let hour = 0;
        const readings = steps.map(([gap, likes]) => {
          hour += gap;
          return readingAt(hours(hour), { 1: { likes: likes[1] }, 2: { likes: likes[2] } });
        });
        const { at } = engagementSeries(measuredPost(start, readings));
        const values = [...instants].sort((a, b) => a - b).map((instant) => at(hours(instant)));
        values.forEach((value, i) => {
          assert.ok(value >= (values[i - 1] ?? 0) - 1e-9);
        });
        const highest = ([1, 2] as const).map((id) =>
          Math.max(0, ...steps.map(([, likes]) => likes[id])),
        );
        assert.equal(at(hours(hour)), (highest[0] ?? 0) + (highest[1] ?? 0));
      }),
    );
  });
});
