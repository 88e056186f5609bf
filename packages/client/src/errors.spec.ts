import assert from 'node:assert/strict';
import { FirebaseError } from 'firebase/app';
import { QuikThreadError, toQuikThreadError } from './errors.js';

class CallError extends FirebaseError {
  constructor(
    code: string,
    message: string,
    readonly details: unknown,
  ) {
    super(code, message);
  }
}

describe('toQuikThreadError', () => {
  it("keeps the backend's status, message, code and details, without the HTTP status", () => {
    const details = { code: 'job_wrong_state', status: 'completed' };
    const error = toQuikThreadError(
      new CallError('functions/failed-precondition', 'This job has ended. [400]', details),
    );
    assert.equal(error.status, 'failed-precondition');
    assert.equal(error.message, 'This job has ended.');
    assert.equal(error.code, 'job_wrong_state');
    assert.deepEqual(error.details, details);
    assert.ok(error.cause instanceof FirebaseError);
  });

  it('has no code where the details are not in the contract', () => {
    const error = toQuikThreadError(new CallError('functions/internal', 'internal', { code: 'x' }));
    assert.equal(error.status, 'internal');
    assert.equal(error.code, null);
  });

  for (const [code, status] of [
    ['storage/unauthorized', 'permission-denied'],
    ['storage/canceled', 'cancelled'],
    ['storage/retry-limit-exceeded', 'unavailable'],
    ['storage/something-new', 'unknown'],
    ['permission-denied', 'permission-denied'],
    ['auth/network-request-failed', 'unknown'],
  ] as const) {
    it(`reads ${code} as ${status}`, () => {
      assert.equal(toQuikThreadError(new FirebaseError(code, 'm')).status, status);
    });
  }

  it('tells an aborted signal from one that timed out', () => {
    const aborted = new DOMException('stopped', 'AbortError');
    assert.equal(toQuikThreadError(aborted).status, 'cancelled');
    const late = new DOMException('late', 'TimeoutError');
    assert.equal(toQuikThreadError(late).status, 'deadline-exceeded');
  });

  it('leaves a QuikThreadError as it is', () => {
    const error = new QuikThreadError('not-found', 'm');
    assert.equal(toQuikThreadError(error), error);
  });
});
