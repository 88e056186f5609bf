import { CallError } from '../../platform/errors.js';
import { log } from '../../platform/log.js';
import { PolarRefusal } from '../../providers/polar/errors.js';

/** Asks Polar for a caller who waits. @throws CallError `billing_unavailable` where it refuses; the log says why. */
export async function polarOrRefusal<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof PolarRefusal)) throw error;
    log('ERROR', 'billing unavailable', { cause: error.message });
    throw new CallError(
      { code: 'billing_unavailable' },
      'The payment service is unavailable at the moment. Please try again later.',
      { cause: error },
    );
  }
}

export function customerMissing(): CallError {
  return new CallError({ code: 'customer_missing' }, 'You have not bought a plan yet.');
}
