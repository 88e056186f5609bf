import { nextPlan } from '@quikthread/contract';
import type { Upload } from '@quikthread/contract';
import { CallError } from '../../platform/errors.js';
import type { Account } from '../../engine/credits.js';

/**
 * Whether an upload may become a job of this user.
 * @throws CallError `upload_missing`, `upload_not_yours`, `upload_pending`, `upload_rejected`,
 * `recording_too_long`
 */
export function acceptUpload(
  upload: Upload | null,
  userId: string,
  account: Account,
): Upload & { readonly duration: number } {
  if (!upload) {
    const message = 'There is no such upload, or it has not been seen yet: upload the file first.';
    throw new CallError({ code: 'upload_missing' }, message);
  }
  if (upload.userId !== userId) throw notYours();
  if (upload.status === 'pending') {
    const message = 'This upload is still being checked: try again in a few seconds.';
    throw new CallError({ code: 'upload_pending' }, message);
  }
  if (upload.duration !== null && upload.duration > account.maxDuration) {
    throw tooLong(upload.duration, account);
  }
  if (upload.reason === 'too_long') {
    // Refused under a smaller plan, and deleted then.
    const message = 'Your plan allows this recording by now: please upload it again.';
    throw new CallError({ code: 'upload_rejected', reason: 'too_long' }, message);
  }
  if (upload.status === 'rejected' || upload.duration === null) {
    const reason = upload.reason ?? 'unreadable';
    const message = upload.message ?? `This upload was refused: ${reason}.`;
    throw new CallError({ code: 'upload_rejected', reason }, message);
  }
  return { ...upload, duration: upload.duration };
}

/** The refusal of somebody else's file. */
export function notYours(): CallError {
  return new CallError({ code: 'upload_not_yours' }, 'This upload belongs to another user.');
}

function tooLong(duration: number, { tier, maxDuration }: Account): CallError {
  const better = nextPlan(tier, (plan) => plan.maxDuration >= duration);
  const upgrade = better ? ` The ${better} plan allows it.` : '';
  return new CallError(
    { code: 'recording_too_long', duration, maxDuration, nextPlan: better },
    `This recording is ${minutes(duration)} long; your plan allows ${minutes(maxDuration)}.${upgrade}`,
  );
}

function minutes(seconds: number): string {
  const whole = Math.ceil(seconds);
  const rest = whole % 60;
  return `${Math.floor(whole / 60)} min${rest > 0 ? ` ${rest} s` : ''}`;
}
