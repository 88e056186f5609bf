import { analyticsSchema, paths } from '@quikthread/contract';
import type { AnalyticsData } from '@quikthread/contract';
import type { DocumentReference, DocumentSnapshot, Firestore } from 'firebase-admin/firestore';
import { z } from 'zod';
import { readDocument, timestampSchema } from '../../platform/documents.js';

/** How long analytics are served without asking X again (specification, step 9). */
const FRESH_MS = 3600 * 1000;
/** How old a copy may be that is served where X cannot be asked: its `asOf` says so. */
const SERVABLE_MS = 24 * FRESH_MS;
/** How long one caller may take for the refresh before another one may try. */
export const LEASE_SECONDS = 60;

/** `analytics-cache/{userId}`, which its owner may read. */
const copySchema = z.object({ timestamp: timestampSchema, data: analyticsSchema });
export type Copy = z.infer<typeof copySchema>;

/** `analytics-cache/{userId}/private/refresh`: who refreshes the copy; nobody, where there is none. */
const leaseSchema = z.object({ owner: z.string(), expiresAt: timestampSchema });

function copyRef(db: Firestore, userId: string): DocumentReference {
  return db.doc(paths.analyticsCache(userId));
}

function leaseRef(db: Firestore, userId: string): DocumentReference {
  return db.doc(`${paths.analyticsCache(userId)}/private/refresh`);
}

/** A copy of an earlier version's shape is none. */
function readCopy(snapshot: DocumentSnapshot): Copy | null {
  const result = copySchema.safeParse(snapshot.data());
  return result.success ? result.data : null;
}

export function isFresh({ timestamp }: Copy, now: Date): boolean {
  return now.getTime() - timestamp.getTime() < FRESH_MS;
}

export function isServable({ timestamp }: Copy, now: Date): boolean {
  return now.getTime() - timestamp.getTime() < SERVABLE_MS;
}

export interface CacheState {
  readonly copy: Copy | null;
  /** Whether somebody refreshes the copy. */
  readonly isHeld: boolean;
}

export async function readCache(db: Firestore, userId: string, now: Date): Promise<CacheState> {
  const snapshots = await db.getAll(copyRef(db, userId), leaseRef(db, userId));
  return stateOf(snapshots, now);
}

function stateOf(snapshots: readonly DocumentSnapshot[], now: Date): CacheState {
  const [copy, lease] = snapshots;
  const held = lease ? readDocument(lease, leaseSchema) : null;
  return { copy: copy ? readCopy(copy) : null, isHeld: held !== null && held.expiresAt > now };
}

/**
 * Takes it upon the caller to refresh the copy, where it needs that and nobody else does so.
 * @returns whether the caller is to do it
 */
export async function takeRefresh(
  db: Firestore,
  userId: string,
  owner: string,
  now: Date,
): Promise<boolean> {
  return db.runTransaction(async (transaction) => {
    const refs = [copyRef(db, userId), leaseRef(db, userId)] as const;
    const { copy, isHeld } = stateOf(await transaction.getAll(...refs), now);
    if (isHeld || (copy && isFresh(copy, now))) return false;
    const expiresAt = new Date(now.getTime() + LEASE_SECONDS * 1000);
    transaction.set(refs[1], { userId, owner, expiresAt });
    return true;
  });
}

/**
 * Ends a refresh, with a new copy or, for null, without. Of a caller whose time ran out nothing is
 * kept: somebody else refreshes the copy, or has done so.
 */
export async function endRefresh(
  db: Firestore,
  userId: string,
  owner: string,
  data: AnalyticsData | null,
): Promise<void> {
  await db.runTransaction(async (transaction) => {
    const lease = readDocument(await transaction.get(leaseRef(db, userId)), leaseSchema);
    if (lease?.owner !== owner) return;
    transaction.delete(leaseRef(db, userId));
    if (!data) return;
    transaction.set(copyRef(db, userId), { userId, timestamp: new Date(data.asOf), data });
  });
}
