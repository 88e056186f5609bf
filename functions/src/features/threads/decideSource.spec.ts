import assert from 'node:assert/strict';
import type { ErrorDetails, Upload } from '@quikthread/contract';
import type { Account } from '../../engine/credits.js';
import { CallError } from '../../platform/errors.js';
import { acceptUpload } from './decideSource.js';

const account: Account = {
  tier: 'free',
  creditsUsed: 0,
  creditsReserved: 0,
  maxCredits: 2,
  maxDuration: 1800,
  resetDate: new Date('2026-12-01T00:00:00Z'),
};

const upload: Upload = {
  userId: 'u1',
  storagePath: 'users/u1/uploads/talk.mp3',
  generation: '1',
  status: 'valid',
  reason: null,
  message: null,
  container: 'mp3',
  codec: 'mp3',
  bytes: 2_000_000,
  duration: 1800,
};

function refusal(
  candidate: Upload | null,
  owner = account,
): { details: ErrorDetails; message: string } {
  try {
    acceptUpload(candidate, 'u1', owner);
  } catch (error) {
    if (error instanceof CallError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('an upload for a job', () => {
  it('is accepted up to the very end of what the plan allows', () => {
    assert.equal(acceptUpload(upload, 'u1', account).duration, 1800);
  });

  it('is refused when it is not there', () => {
    assert.deepEqual(refusal(null).details, { code: 'upload_missing' });
  });

  it('is refused when it is somebody else’s', () => {
    assert.deepEqual(refusal({ ...upload, userId: 'u2' }).details, { code: 'upload_not_yours' });
  });

  it('is refused while it is being checked', () => {
    const pending: Upload = { ...upload, status: 'pending', duration: null };
    assert.deepEqual(refusal(pending).details, { code: 'upload_pending' });
  });

  it('is refused with the reason and the words of its own refusal', () => {
    const message = 'This is not a recording.';
    const refused = refusal({ ...upload, status: 'rejected', reason: 'not_media', message });
    assert.deepEqual(refused.details, { code: 'upload_rejected', reason: 'not_media' });
    assert.equal(refused.message, message);
  });

  it('is refused when too long, with both durations and the plan that would allow it', () => {
    for (const status of ['valid', 'rejected'] as const) {
      const reason = status === 'rejected' ? 'too_long' : null;
      const refused = refusal({ ...upload, status, reason, duration: 1860.5 });
      assert.deepEqual(refused.details, {
        code: 'recording_too_long',
        duration: 1860.5,
        maxDuration: 1800,
        nextPlan: 'pro',
      });
      assert.equal(
        refused.message,
        'This recording is 31 min 1 s long; your plan allows 30 min. The pro plan allows it.',
      );
    }
  });

  it('is asked for again when a larger plan would accept what a smaller one refused', () => {
    const pro: Account = { ...account, tier: 'pro', maxDuration: 3600 };
    const refused = refusal(
      { ...upload, status: 'rejected', reason: 'too_long', duration: 1860 },
      pro,
    );
    assert.deepEqual(refused.details, { code: 'upload_rejected', reason: 'too_long' });
    assert.match(refused.message, /upload it again/);
  });

  it('names no plan where none is long enough', () => {
    const refused = refusal({ ...upload, duration: 4000 });
    assert.ok(refused.details.code === 'recording_too_long' && refused.details.nextPlan === null);
  });
});
