import assert from 'node:assert/strict';
import type { Run } from './documents.js';
import { planClaim } from './lease.js';
import { planTask } from './tasks.js';

const now = new Date('2026-11-21T10:00:00Z');
const later = new Date('2026-11-21T10:00:30Z');
const run: Run = {
  userId: 'u1',
  kind: 'thread',
  input: {},
  createdAt: now,
  correlationId: null,
  round: 1,
  attempts: 0,
  lease: null,
  notBefore: null,
  checkpoints: {},
  costsCredit: true,
  sweeps: 0,
  end: null,
};

describe('claiming a run', () => {
  it('takes one that nobody holds', () => {
    assert.equal(planClaim(run, now), 'take');
  });
  it('takes one whose lease has run out to the millisecond', () => {
    assert.equal(planClaim({ ...run, lease: { owner: 'a', expiresAt: now } }, now), 'take');
  });
  it('leaves one that is held, and says until when', () => {
    const held = { ...run, lease: { owner: 'a', expiresAt: later } };
    assert.deepEqual(planClaim(held, now), { held: later });
  });
  it('leaves one that rests until its time', () => {
    assert.deepEqual(planClaim({ ...run, notBefore: later }, now), { held: later });
    assert.equal(planClaim({ ...run, notBefore: later }, later), 'take');
  });
  it('knows an ended one, whatever lease is left on it', () => {
    for (const end of ['completed', 'failed', 'cancelled'] as const) {
      const ended = { ...run, end, lease: { owner: 'a', expiresAt: later } };
      assert.equal(planClaim(ended, now), 'ended');
    }
  });
  it('makes nothing of a job that is gone', () => {
    assert.equal(planClaim(null, now), 'missing');
  });
});

describe('a run task', () => {
  const task = { jobId: 'j1', round: 2, notBefore: now.toISOString() };

  it('runs at its time, in its round or a later one', () => {
    assert.equal(planTask(task, 2, now), 'run');
    assert.equal(planTask(task, 3, now), 'run');
  });
  it('waits when it comes early', () => {
    assert.equal(planTask({ ...task, notBefore: later.toISOString() }, 2, now), 'wait');
  });
  it('waits for its round, and drops itself when the round never comes', () => {
    assert.equal(planTask(task, 1, now), 'wait');
    assert.equal(planTask(task, 1, new Date(now.getTime() + 61_000)), 'drop');
  });
  it('drops itself when the job is gone', () => {
    assert.equal(planTask(task, null, now), 'drop');
  });
});
