import type { ErrorDetails } from '@quikthread/contract';
import { CallError, JobError } from './errors.js';

/** X counts most calls by windows of this length (docs.x.com, rate limits): stated where X names no time. */
const WINDOW_SECONDS = 15 * 60;

/**
 * What the X provider threw, as a callable answers it. Its public message is kept, its private cause too.
 * @throws the error itself, where it is not the X provider's
 */
export function asXCallError(error: unknown, now: Date): CallError {
  if (!(error instanceof JobError)) throw error;
  return new CallError(detailsOf(error, now), error.message, { cause: error });
}

function detailsOf(error: JobError, now: Date): ErrorDetails {
  switch (error.code) {
    case 'x_not_connected':
    case 'x_reconnect_required':
    case 'x_unavailable':
      return { code: error.code };
    case 'x_rate_limited': {
      const { afterSeconds } =
        typeof error.retry === 'object' ? error.retry : { afterSeconds: WINDOW_SECONDS };
      const resetsAt = new Date(now.getTime() + afterSeconds * 1000).toISOString();
      return { code: error.code, resetsAt };
    }
    case 'x_account_suspended':
    case 'x_duplicate_content':
    case 'x_parent_missing':
    case 'x_spend_cap_reached':
    case 'x_refused':
      return { code: 'x_refused', reason: error.code };
    default:
      throw error;
  }
}
