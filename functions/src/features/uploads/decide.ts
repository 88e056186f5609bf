import type { Upload } from '@quikthread/contract';
import { JobError } from '../../platform/errors.js';
import { unreadable } from '../../providers/mediaVerdict.js';
import type { MediaRejection, Refusal } from '../../providers/mediaVerdict.js';

/**
 * What an event about one generation of an object means, given what is known of that upload:
 * - `validate`: it is to be looked at;
 * - `delete`: it was refused, and its deletion may not have happened;
 * - `nothing`: it is settled, or a newer object has its name.
 */
export type NextAction = 'validate' | 'delete' | 'nothing';

export function nextAction(known: Upload | null, generation: string): NextAction {
  if (!known || BigInt(generation) > BigInt(known.generation)) return 'validate';
  if (generation !== known.generation) return 'nothing';
  if (known.status === 'pending') return 'validate';
  return known.status === 'rejected' ? 'delete' : 'nothing';
}

/** For how long after an upload a failure of ours is worth another try. */
const RETRY_SECONDS = 10 * 60;

/**
 * What a failed look at an upload says of it, or null where it says nothing yet: then the event is
 * to be delivered again. After ten minutes of failures the user gets an answer.
 * @param ageSeconds how long ago the object was written.
 */
export function refusalOf(error: unknown, ageSeconds: number): Refusal | null {
  if (error instanceof JobError && error.retry === 'never') {
    return { reason: reasons[error.code] ?? 'unreadable', message: error.message };
  }
  return ageSeconds > RETRY_SECONDS ? unreadable() : null;
}

/** The job error codes that have an upload rejection of their own. */
const reasons: Partial<Record<JobError['code'], MediaRejection>> = {
  not_media: 'not_media',
  unsupported_container: 'unsupported_container',
};
