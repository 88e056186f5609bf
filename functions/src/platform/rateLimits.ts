import { rateLimits } from '@quikthread/contract';
import type { RateLimited } from '@quikthread/contract';
import type { Firestore, Transaction } from 'firebase-admin/firestore';
import { z } from 'zod';
import { readDocument } from './documents.js';
import { CallError } from './errors.js';
import { takePlace } from './slidingWindow.js';

/*
 * The libraries for this (rate-limiter-flexible 11, for one) have no store in Firestore, and those made for
 * Firebase Functions are unmaintained; their in-memory stores count each instance by itself. Hence these lines.
 */

const times = z.array(z.number()).default([]);

/** `rate-limits/{userId}`: when each place was taken, in milliseconds since the epoch; not indexed. */
const placesSchema = z.object({ calls: times, uploads: times, jobCreations: times });

export const rateLimitPath = (userId: string): string => `rate-limits/${userId}`;

/**
 * Takes a place in each of the windows, on one document of the user's; where one of them is full, in none.
 * In the caller's transaction, before its writes.
 * @returns null, or the seconds until all of them have a place
 */
export async function takePlaces(
  transaction: Transaction,
  db: Firestore,
  userId: string,
  windows: readonly RateLimited[],
  now: Date,
): Promise<{ readonly retryAfterSeconds: number } | null> {
  const ref = db.doc(rateLimitPath(userId));
  const places = readDocument(await transaction.get(ref), placesSchema) ?? placesSchema.parse({});
  const takings = windows.map((name) => takePlace(places[name], rateLimits[name], now));
  const waits = takings.flatMap((taking) => (taking.granted ? [] : taking.retryAfterSeconds));
  if (waits.length > 0) return { retryAfterSeconds: Math.max(...waits) };
  const taken = takings.map((taking, index) => [windows[index], taking.granted && taking.taken]);
  transaction.set(ref, { userId, ...places, ...Object.fromEntries(taken) });
  return null;
}

/** The refusal of a call that comes too soon. */
export function rateLimited(retryAfterSeconds: number): CallError {
  return new CallError(
    { code: 'rate_limited', retryAfterSeconds },
    `That was too often: try again in ${retryAfterSeconds} seconds.`,
  );
}
