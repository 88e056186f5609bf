import { toQuikThreadError } from './errors.js';
import type { QuikThreadError } from './errors.js';

/**
 * A promise over something that one subscribes to. `subscribe` returns its unsubscribe function,
 * which is called once the promise has settled, also when `signal` is given first.
 * @throws QuikThreadError, `cancelled` or `deadline-exceeded` by the signal.
 */
export async function untilSettled<T>(
  signal: AbortSignal | undefined,
  subscribe: (resolve: (value: T) => void, reject: (error: QuikThreadError) => void) => () => void,
): Promise<T> {
  if (signal?.aborted) throw toQuikThreadError(signal.reason);
  const settled = new AbortController();
  try {
    return await new Promise<T>((resolve, reject) => {
      const unsubscribe = subscribe(resolve, reject);
      settled.signal.addEventListener('abort', unsubscribe);
      const onAbort = () => {
        reject(toQuikThreadError(signal?.reason));
      };
      signal?.addEventListener('abort', onAbort, { signal: settled.signal });
    });
  } finally {
    settled.abort();
  }
}
