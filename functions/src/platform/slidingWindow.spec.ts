import assert from 'node:assert/strict';
import fc from 'fast-check';
import { takePlace } from './slidingWindow.js';

const limit = { max: 3, windowSeconds: 60 };
const at = (seconds: number) => new Date(seconds * 1000);

describe('a sliding window', () => {
  it('grants as many as it has places, and says when the next one is free', () => {
    let taken: readonly number[] = [];
    for (const second of [0, 10, 20]) {
      const taking = takePlace(taken, limit, at(second));
      assert.ok(taking.granted);
      taken = taking.taken;
    }
    assert.deepEqual(takePlace(taken, limit, at(30)), { granted: false, retryAfterSeconds: 30 });
    assert.deepEqual(takePlace(taken, limit, at(59.9)), { granted: false, retryAfterSeconds: 1 });
    assert.deepEqual(takePlace(taken, limit, at(60)), {
      granted: true,
      taken: [10_000, 20_000, 60_000],
    });
  });

  it('never holds more than its limit in any stretch of its length, nor refuses without cause', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 80 }), (waits) => {
        let now = 0;
        let taken: readonly number[] = [];
        const granted: number[] = [];
        for (const wait of waits) {
          now += wait;
          const inWindow = granted.filter((time) => time > now - 60_000).length;
          const taking = takePlace(taken, limit, new Date(now));
          assert.equal(taking.granted, inWindow < limit.max);
          if (!taking.granted) {
            const later = new Date(now + taking.retryAfterSeconds * 1000);
            assert.ok(takePlace(taken, limit, later).granted);
            continue;
          }
          ({ taken } = taking);
          granted.push(now);
        }
      }),
    );
  });
});
