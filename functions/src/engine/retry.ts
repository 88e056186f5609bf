import { JobError } from '../platform/errors.js';

/** First wait of the exponential backoff. */
const BASE_SECONDS = 2;
/** Longest wait of the exponential backoff. */
const MAX_BACKOFF_SECONDS = 60;
/** Longest wait that a provider may ask for; beyond it the job fails at once. */
const MAX_STATED_SECONDS = 3600;

/** What to do about a failed attempt. */
export type RetryDecision =
  { readonly retry: false } | { readonly retry: true; readonly delaySeconds: number };

/**
 * Exponential backoff with equal jitter, within the step's attempts.
 * A provider's own wait is honoured, and never shortened by jitter.
 * @param random a number from 0 to 1
 */
export function decideRetry(
  error: JobError,
  attempts: number,
  maxAttempts: number,
  random: number,
): RetryDecision {
  if (error.retry === 'never' || attempts >= maxAttempts) return { retry: false };
  if (error.retry !== 'later') {
    const { afterSeconds } = error.retry;
    if (afterSeconds > MAX_STATED_SECONDS) return { retry: false };
    return { retry: true, delaySeconds: afterSeconds + random };
  }
  const ceiling = Math.min(MAX_BACKOFF_SECONDS, BASE_SECONDS * 2 ** (attempts - 1));
  return { retry: true, delaySeconds: ceiling * (0.5 + random / 2) };
}

/** Any failure as a JobError: what a step did not foresee is ours, and worth another try. */
export function asJobError(error: unknown): JobError {
  if (error instanceof JobError) return error;
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return new JobError('timed_out', 'A step of this job took too long.', 'later', {
      cause: error,
    });
  }
  return new JobError('internal', 'Something went wrong on our side.', 'later', { cause: error });
}
