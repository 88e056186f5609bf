import { statusOfError } from '@quikthread/contract';
import type { CallStatus, ErrorDetails, JobErrorCode } from '@quikthread/contract';

/** Whether doing the same again can help: never, later by the usual backoff, or after a stated wait. */
export type Retry = 'never' | 'later' | { readonly afterSeconds: number };

/**
 * A call refused for a reason that the caller may know.
 * `message` is public; `cause` is private and goes to the log only.
 */
export class CallError extends Error {
  readonly details: ErrorDetails;

  constructor(details: ErrorDetails, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CallError';
    this.details = details;
  }

  /** The callable protocol's status for this error. */
  get status(): CallStatus {
    return statusOfError[this.details.code];
  }
}

/**
 * A job's step gone wrong. `message` and `code` are what the user sees on the job;
 * `cause` is private; `retry` is the step's advice to the engine.
 */
export class JobError extends Error {
  readonly code: JobErrorCode;
  readonly retry: Retry;

  constructor(code: JobErrorCode, message: string, retry: Retry, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JobError';
    this.code = code;
    this.retry = retry;
  }
}

/** What anything thrown says of itself, causes included, for the private log. */
export function describeError(error: unknown): { message: string; stack: string | null } {
  if (!(error instanceof Error)) return { message: String(error), stack: null };
  const cause = error.cause === undefined ? '' : ` <- ${describeError(error.cause).message}`;
  return { message: `${error.name}: ${error.message}${cause}`, stack: error.stack ?? null };
}
