import { paths } from '@quikthread/contract';
import { Timestamp } from 'firebase-admin/firestore';
import type { DocumentReference, Firestore, Transaction } from 'firebase-admin/firestore';
import { pagesOf } from './pages.js';
import { count, forEachItem } from './run.js';
import type { RunOptions } from './run.js';

/** A copy this old is served to nobody (specification, step 9). */
const KEEP_MS = 24 * 3600 * 1000;

/** What a run came to, in users' caches. */
export interface CacheCounts {
  /** Found by the query. */
  readonly old: number;
  readonly deleted: number;
  /** Being renewed at the moment, or new by now. */
  readonly kept: number;
  readonly failed: number;
  readonly finished: boolean;
}

/**
 * Deletes copies of analytics over 24 hours old, and what is private beside them. What it leaves is found by the
 * next run.
 */
export async function cleanUpCaches(
  { db }: { readonly db: Firestore },
  options: RunOptions,
): Promise<CacheCounts> {
  const { now, limit, userId, dryRun } = options;
  const oldest = new Date(now.getTime() - KEEP_MS);
  if (userId !== null) {
    const copy = db.doc(paths.analyticsCache(userId));
    const isOld = isOlder((await copy.get()).get('timestamp'), oldest);
    return summary(isOld ? await cleanUp([copy]) : [], true);
  }
  const query = db
    .collection('analytics-cache')
    .where('timestamp', '<=', oldest)
    .orderBy('timestamp')
    .select('timestamp');
  const outcomes: Outcome[] = [];
  for await (const page of pagesOf(query, limit)) {
    outcomes.push(...(await cleanUp(page.map(({ ref }) => ref))));
  }
  return summary(outcomes, outcomes.length < limit);

  async function cleanUp(copies: readonly DocumentReference[]): Promise<readonly Outcome[]> {
    if (dryRun) return copies.map(() => 'found');
    return forEachItem(
      copies,
      ({ path }) => path,
      (copy) => db.runTransaction((transaction) => deleteOld(transaction, copy, oldest, now)),
    );
  }
}

type Outcome = 'deleted' | 'kept' | 'found' | null;

function summary(outcomes: readonly Outcome[], finished: boolean): CacheCounts {
  return {
    old: outcomes.length,
    deleted: count(outcomes, 'deleted'),
    kept: count(outcomes, 'kept'),
    failed: count(outcomes, null),
    finished,
  };
}

/** A copy that somebody renews keeps the lease that they renew it by, and so itself. */
async function deleteOld(
  transaction: Transaction,
  copy: DocumentReference,
  oldest: Date,
  now: Date,
): Promise<'deleted' | 'kept'> {
  const { docs } = await transaction.get(copy.collection('private'));
  const isOld = isOlder((await transaction.get(copy)).get('timestamp'), oldest);
  const isHeld = docs.some((document) => !isOlder(document.get('expiresAt'), now));
  if (!isOld || isHeld) return 'kept';
  for (const { ref } of docs) transaction.delete(ref);
  transaction.delete(copy);
  return 'deleted';
}

/** False for what is not a time. */
function isOlder(time: unknown, than: Date): boolean {
  return time instanceof Timestamp && time.toDate() <= than;
}
