import assert from 'node:assert/strict';
import fc from 'fast-check';
import { planSweep } from './stalled.js';

const now = new Date('2026-11-21T10:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const job = (secondsAgo: number) => ({ updatedAt: ago(secondsAgo).toISOString() });
const lease = (secondsAgo: number) => ({ owner: 'a', expiresAt: ago(secondsAgo) });
const run = { end: null, lease: null, notBefore: null, sweeps: 0 } as const;
const DAY = 24 * 3600;

describe('the plan for a run that may have stalled', () => {
  it('leaves one that is held, or was a minute ago', () => {
    assert.equal(planSweep({ ...run, lease: lease(-30) }, job(5000), now), 'leave');
    assert.equal(planSweep({ ...run, lease: lease(59) }, job(5000), now), 'leave');
  });
  it('takes one up whose lease ran out a minute ago', () => {
    assert.equal(planSweep({ ...run, lease: lease(60) }, job(5000), now), 'take up');
  });
  it('leaves one that rests, takes it up a minute after its time', () => {
    assert.equal(planSweep({ ...run, notBefore: ago(-3600) }, job(30 * DAY), now), 'leave');
    assert.equal(planSweep({ ...run, notBefore: ago(59) }, job(30 * DAY), now), 'leave');
    assert.equal(planSweep({ ...run, notBefore: ago(60) }, job(30 * DAY), now), 'take up');
  });
  it('gives one that nobody began ten minutes from its creation, or its retry', () => {
    assert.equal(planSweep(run, job(599), now), 'leave');
    assert.equal(planSweep(run, job(600), now), 'take up');
  });
  it('gives one up after two hours of sweeps, or a day without progress', () => {
    assert.equal(planSweep({ ...run, sweeps: 23 }, job(7000), now), 'take up');
    assert.equal(planSweep({ ...run, sweeps: 24 }, job(7000), now), 'give up');
    assert.equal(planSweep({ ...run, lease: lease(60) }, job(DAY), now), 'take up');
    assert.equal(planSweep({ ...run, lease: lease(60) }, job(DAY + 1), now), 'give up');
  });
  it('counts the day from the time that a scheduled one waited for', () => {
    assert.equal(planSweep({ ...run, notBefore: ago(DAY) }, job(30 * DAY), now), 'take up');
    assert.equal(planSweep({ ...run, notBefore: ago(DAY + 1) }, job(30 * DAY), now), 'give up');
  });
  it('leaves an ended one, whatever else it has', () => {
    for (const end of ['completed', 'failed', 'cancelled'] as const) {
      assert.equal(planSweep({ ...run, end, lease: lease(9 * DAY) }, job(9 * DAY), now), 'leave');
    }
  });

  it('ends every run that nobody moves, within a day and a minute', () => {
    const seconds = fc.integer({ min: -10 * DAY, max: 10 * DAY });
    const held = fc.option(seconds.map(lease));
    const rests = fc.option(seconds.map(ago));
    fc.assert(
      fc.property(held, rests, seconds, fc.nat(24), (lease, notBefore, updated, sweeps) => {
        const still = { ...run, lease, notBefore, sweeps };
        const times = [now, lease?.expiresAt ?? now, notBefore ?? now, ago(updated)];
        const last = Math.max(...times.map((time) => time.getTime()));
        const later = new Date(last + (DAY + 61) * 1000);
        assert.equal(planSweep(still, job(updated), later), 'give up');
      }),
    );
  });
});
