import assert from 'node:assert/strict';
import { JobError } from '../platform/errors.js';
import type { Retry } from '../platform/errors.js';
import { asJobError, decideRetry } from './retry.js';

const failing = (retry: Retry) => new JobError('transcription_unavailable', 'Try later.', retry);

describe('retry', () => {
  it('gives up on an error that says never', () => {
    assert.deepEqual(decideRetry(failing('never'), 1, 4, 0), { retry: false });
  });

  it('gives up at the last attempt', () => {
    assert.deepEqual(decideRetry(failing('later'), 4, 4, 0), { retry: false });
    assert.equal(decideRetry(failing('later'), 3, 4, 0).retry, true);
  });

  it('doubles the wait and caps it, with jitter over its upper half', () => {
    const range = (attempts: number) =>
      [0, 1].map((random) => {
        const decision = decideRetry(failing('later'), attempts, 99, random);
        return decision.retry ? decision.delaySeconds : null;
      });
    assert.deepEqual(range(1), [1, 2]);
    assert.deepEqual(range(2), [2, 4]);
    assert.deepEqual(range(3), [4, 8]);
    assert.deepEqual(range(50), [30, 60]);
  });

  it('never comes back before the time that a provider asks for', () => {
    const decision = decideRetry(failing({ afterSeconds: 7 }), 1, 4, 0);
    assert.deepEqual(decision, { retry: true, delaySeconds: 7 });
  });

  it('does not wait for hours', () => {
    assert.deepEqual(decideRetry(failing({ afterSeconds: 7200 }), 1, 4, 0), { retry: false });
  });

  it('turns a time-out and the unforeseen into job errors that keep their cause private', () => {
    const slow = asJobError(new DOMException('secret path', 'TimeoutError'));
    assert.equal(slow.code, 'timed_out');
    const odd = asJobError(new TypeError('secret value'));
    assert.equal(odd.code, 'internal');
    for (const error of [slow, odd]) {
      assert.doesNotMatch(error.message, /secret/);
      assert.equal(error.retry, 'later');
      assert.ok(error.cause);
    }
  });
});
