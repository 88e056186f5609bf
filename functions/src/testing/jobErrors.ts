import assert from 'node:assert/strict';
import { JobError, describeError } from '../platform/errors.js';
import type { Retry } from '../platform/errors.js';

/** Waits for a failure with this code and advice, which tells none of the secrets, not even its cause, and gives it. */
export async function assertJobError(
  work: Promise<unknown>,
  [code, retry]: readonly [code: JobError['code'], retry: Retry],
  secrets: readonly string[],
): Promise<JobError> {
  const error: unknown = await work.then(
    () => assert.fail('it succeeded'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof JobError, String(error));
  assert.deepEqual([error.code, error.retry], [code, retry]);
  const told = JSON.stringify(describeError(error));
  for (const secret of secrets) assert.ok(!told.includes(secret), told);
  return error;
}
