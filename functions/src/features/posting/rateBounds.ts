import type { RateLimit } from '@quikthread/contract';
import type { Firestore, Transaction } from 'firebase-admin/firestore';
import { z } from 'zod';
import { readDocument, timestampSchema } from '../../platform/documents.js';
import { JobError } from '../../platform/errors.js';
import { takePlace } from '../../platform/slidingWindow.js';
import { APP_LIMITS_PATH, userLimitsPath } from './xLimits.js';

/** How many tweets one user may send (specification, step 8): stricter than X itself. */
export const tweetRate: RateLimit = { max: 50, windowSeconds: 15 * 60 };

/** The documents of `x-limits`. `taken` is in milliseconds since the epoch, and the user's alone. */
const limitsSchema = z.object({
  taken: z.array(z.number()).default([]),
  exhausted: z.record(z.string(), timestampSchema).default({}),
});
export type Limits = z.output<typeof limitsSchema>;

/** The limits of a user and of the app, read in a transaction before its writes. */
export async function readLimits(
  transaction: Transaction,
  db: Firestore,
  userId: string,
): Promise<{ readonly user: Limits; readonly app: Limits }> {
  const refs = [db.doc(userLimitsPath(userId)), db.doc(APP_LIMITS_PATH)];
  const [user, app] = await transaction.getAll(...refs);
  const read = (snapshot: typeof user) =>
    (snapshot ? readDocument(snapshot, limitsSchema) : null) ?? limitsSchema.parse({});
  return { user: read(user), app: read(app) };
}

/**
 * Takes a place for one more tweet, where X has announced no pause and our own bound has room.
 * @param placedAt when this same tweet took a place before: it needs no other while that one counts
 * @returns the places that are taken then
 * @throws JobError `x_rate_limited` with the wait
 */
export function takeTweetPlace(
  { user, app }: { readonly user: Limits; readonly app: Limits },
  placedAt: Date | null,
  now: Date,
): { readonly taken: readonly number[]; readonly placedAt: Date } {
  refuseWhile(app, 'this service', now);
  refuseWhile(user, 'this account', now);
  const counts = now.getTime() - tweetRate.windowSeconds * 1000;
  if (placedAt && placedAt.getTime() > counts) return { taken: user.taken, placedAt };
  const taking = takePlace(user.taken, tweetRate, now);
  if (taking.granted) return { taken: taking.taken, placedAt: now };
  const resetsAt = new Date(now.getTime() + taking.retryAfterSeconds * 1000);
  const { max, windowSeconds } = tweetRate;
  throw limited(`${max} tweets in ${windowSeconds / 60} minutes are out`, resetsAt, now);
}

/** @throws JobError `x_rate_limited` until the last of the limits that are used up begins anew */
function refuseWhile({ exhausted }: Limits, whose: string, now: Date): void {
  const last = Math.max(0, ...Object.values(exhausted).map((resetsAt) => resetsAt.getTime()));
  if (last > now.getTime()) {
    throw limited(`X takes no more tweets from ${whose}`, new Date(last), now);
  }
}

function limited(what: string, resetsAt: Date, now: Date): JobError {
  const afterSeconds = Math.max(1, Math.ceil((resetsAt.getTime() - now.getTime()) / 1000));
  const until = resetsAt.toISOString().slice(0, 19).replace('T', ' ');
  return new JobError('x_rate_limited', `${what}: posting can go on at ${until} UTC.`, {
    afterSeconds,
  });
}
