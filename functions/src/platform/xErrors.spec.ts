import assert from 'node:assert/strict';
import { errorDetailsSchema, jobErrorCodeSchema } from '@quikthread/contract';
import { CallError, JobError } from './errors.js';
import { asXCallError } from './xErrors.js';

const now = new Date('2026-11-21T10:00:00Z');

describe("X's refusals as a callable answers them", () => {
  it('every code of X becomes an answer of the contract, its public message kept', () => {
    const codes = jobErrorCodeSchema.options.filter((code) => code.startsWith('x_'));
    assert.ok(codes.length > 5);
    for (const code of codes) {
      const cause = new JobError(code, 'What X said.', 'never');
      const error = asXCallError(cause, now);
      assert.ok(error instanceof CallError);
      assert.deepEqual(errorDetailsSchema.parse(error.details), error.details);
      assert.deepEqual([error.message, error.cause], ['What X said.', cause]);
    }
  });

  it('a refusal names its reason', () => {
    const error = asXCallError(new JobError('x_account_suspended', 'Suspended.', 'never'), now);
    assert.deepEqual(error.details, { code: 'x_refused', reason: 'x_account_suspended' });
    assert.equal(error.status, 'failed-precondition');
  });

  it('a rate limit says when it ends, and in a window where X did not say', () => {
    const stated = asXCallError(new JobError('x_rate_limited', 'Wait.', { afterSeconds: 90 }), now);
    const unstated = asXCallError(new JobError('x_rate_limited', 'Wait.', 'later'), now);
    assert.deepEqual(
      [stated.details, unstated.details],
      [
        { code: 'x_rate_limited', resetsAt: '2026-11-21T10:01:30.000Z' },
        { code: 'x_rate_limited', resetsAt: '2026-11-21T10:15:00.000Z' },
      ],
    );
  });

  it('what is not of X is thrown on, unchanged', () => {
    const others = [
      new Error('ours'),
      new JobError('internal', 'Ours.', 'later'),
      new CallError({ code: 'profile_missing' }, 'No profile.'),
    ];
    for (const other of others) {
      assert.throws(
        () => asXCallError(other, now),
        (thrown) => thrown === other,
      );
    }
  });
});
