import assert from 'node:assert/strict';
import { QuikThreadError } from '@quikthread/client';
import type { QuikThreadStatus } from '@quikthread/client';
import type { ErrorDetails } from '@quikthread/contract';
import type { Session } from '../../scripts/platform/session.js';

/**
 * Waits for a call to be refused with this status and exactly these details; nothing of a cause
 * shows in its message, which is returned.
 */
export async function assertRefused(
  call: Promise<unknown>,
  status: QuikThreadStatus,
  details: ErrorDetails,
): Promise<string> {
  const error = await refusalOf(call);
  assert.deepEqual([error.status, error.details], [status, details]);
  assert.ok(error.message.length > 0);
  assert.doesNotMatch(error.message, /\bError\b|\bat \/|local-|undefined|null|\[\d+\]/);
  return error.message;
}

/** Waits for a call to be refused because of these fields of its input, and no others. */
export async function assertInvalid(call: Promise<unknown>, ...fields: string[]): Promise<void> {
  const { status, details, message } = await refusalOf(call);
  assert.equal(status, 'invalid-argument', message);
  assert.ok(details?.code === 'invalid_input', message);
  const named = details.fields.map(({ field }) => field);
  assert.deepEqual(named.sort(), fields.sort());
  for (const { field, problem } of details.fields) {
    assert.ok(problem.length > 0 && message.includes(`${field}: ${problem}`), message);
  }
}

/** What a call is refused with. */
export async function refusalOf(call: Promise<unknown>): Promise<QuikThreadError> {
  const outcome = await call.then(
    (answer: unknown) => assert.fail(`not refused, but answered ${JSON.stringify(answer)}`),
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof QuikThreadError, String(outcome));
  return outcome;
}

/** Of this user's credits none is used or reserved, and they have no job. */
export async function assertNothingTaken({ client }: Session): Promise<void> {
  const { creditsUsed, creditsReserved } = await client.getQuota();
  assert.deepEqual({ creditsUsed, creditsReserved }, { creditsUsed: 0, creditsReserved: 0 });
  assert.deepEqual(await client.listJobs(), { jobs: [], nextCursor: null });
}
