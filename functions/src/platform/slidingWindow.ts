import type { RateLimit } from '@quikthread/contract';

/** What became of an attempt to do something once more. */
export type Taking =
  | { readonly granted: true; readonly taken: readonly number[] }
  | { readonly granted: false; readonly retryAfterSeconds: number };

/**
 * Takes one place in a sliding window, exactly: no stretch of the window's length ever holds more
 * than `max`. A refusal takes no place.
 * @param taken when places were taken, in milliseconds since the epoch, oldest first
 */
export function takePlace(
  taken: readonly number[],
  { max, windowSeconds }: RateLimit,
  now: Date,
): Taking {
  const windowMs = windowSeconds * 1000;
  const held = taken.filter((at) => at > now.getTime() - windowMs);
  const oldest = held[held.length - max];
  if (oldest === undefined) return { granted: true, taken: [...held, now.getTime()] };
  const waitMs = oldest + windowMs - now.getTime();
  return { granted: false, retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) };
}
