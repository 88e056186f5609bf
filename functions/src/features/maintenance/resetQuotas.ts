import { paths } from '@quikthread/contract';
import type {
  BulkWriter,
  DocumentReference,
  DocumentSnapshot,
  Firestore,
  QueryDocumentSnapshot,
} from 'firebase-admin/firestore';
import { accountSchema, currentAccount } from '../../engine/credits.js';
import type { CreditFields } from '../../engine/credits.js';
import { isChangedMeanwhile, readDocument } from '../../platform/documents.js';
import { pagesOf } from './pages.js';
import { count, forEachItem } from './run.js';
import type { RunOptions } from './run.js';

const creditsSchema = accountSchema.pick({
  creditsUsed: true,
  creditsReserved: true,
  resetDate: true,
});

/** What a run came to, in users. */
export interface ResetCounts {
  /** Found by the query: what the run read. */
  readonly due: number;
  readonly reset: number;
  /** Changed by somebody else between the query and the write, and so read again; some were not due then. */
  readonly conflicts: number;
  /** Not reset, and due still. */
  readonly failed: number;
  /** Whether everybody who was due had their turn. */
  readonly finished: boolean;
}

/**
 * Begins a new month for users whose reset date has come: a read and a write for each of them, nothing for
 * the others. Reserved credits stay. Calls reset a user in the same way ({@link currentAccount} is the one
 * rule), so nobody waits for a run, and whoever was reset is due no longer: running twice resets once.
 *
 * A write holds only if the user is as the query read them. A reservation that comes between makes it fail,
 * and that user is reset in a transaction.
 *
 * Months begin for all on the same instant, so that nearly everybody is due at once on the first, and the
 * index on `resetDate` takes all new entries at one value, ordered by user id. Firestore has to split that
 * range first (documentation, "Ramping up traffic"): BulkWriter's throttle, 500 writes a second and half as
 * much again every five minutes, is left on for it, and `limit` lets a large base take several runs.
 */
export async function resetQuotas(
  { db }: { readonly db: Firestore },
  { now, limit, userId, dryRun }: RunOptions,
): Promise<ResetCounts> {
  if (userId !== null) return resetUser(db, userId, now, dryRun);
  const totals = { due: 0, reset: 0, conflicts: 0, failed: 0 };
  const writer = db.bulkWriter();
  const due = db
    .collection('users')
    .where('resetDate', '<=', now)
    .orderBy('resetDate')
    .select(...Object.keys(creditsSchema.shape));
  for await (const page of pagesOf(due, limit)) {
    totals.due += page.length;
    if (dryRun) continue;
    const outcomes = await resetPage(db, writer, page, now);
    totals.reset += count(outcomes, 'reset') + count(outcomes, 'reset after a conflict');
    totals.conflicts +=
      count(outcomes, 'reset after a conflict') + count(outcomes, 'no longer due');
    totals.failed += count(outcomes, null);
  }
  await writer.close();
  return { ...totals, finished: totals.due < limit };
}

type Outcome = 'reset' | 'reset after a conflict' | 'no longer due';

async function resetPage(
  db: Firestore,
  writer: BulkWriter,
  page: readonly QueryDocumentSnapshot[],
  now: Date,
): Promise<readonly (Outcome | null)[]> {
  const writes = page.map((user) => ({ user, written: settled(resetAsRead(writer, user, now)) }));
  await writer.flush();
  return forEachItem(
    writes,
    ({ user }) => user.ref.path,
    async ({ user, written }) => {
      const result = await written;
      if (result.status === 'fulfilled') return 'reset';
      if (!isChangedMeanwhile(result.reason)) throw result.reason;
      const reset = await resetInTransaction(db, user.ref, now);
      return reset ? 'reset after a conflict' : 'no longer due';
    },
  );
}

/** The write's outcome, which somebody looks at only later. */
async function settled(work: Promise<unknown>): Promise<PromiseSettledResult<unknown>> {
  const [result] = await Promise.allSettled([work]);
  return result;
}

/** Rejects with a conflict unless the user is still as it was read. */
async function resetAsRead(
  writer: BulkWriter,
  user: QueryDocumentSnapshot,
  now: Date,
): Promise<void> {
  const change = changeOf(user, now);
  if (change) await writer.update(user.ref, change, { lastUpdateTime: user.updateTime });
}

/** @returns whether the user was due */
async function resetInTransaction(
  db: Firestore,
  ref: DocumentReference,
  now: Date,
): Promise<boolean> {
  return db.runTransaction(async (transaction) => {
    const change = changeOf(await transaction.get(ref), now);
    if (change) transaction.update(ref, change);
    return change !== null;
  });
}

/** What the new month changes of a user; null for one who is not due, or gone. */
function changeOf(user: DocumentSnapshot, now: Date): Record<string, unknown> | null {
  const credits: CreditFields | null = readDocument(user, creditsSchema);
  if (!credits || now < credits.resetDate) return null;
  const { creditsUsed, resetDate } = currentAccount(credits, now);
  return { creditsUsed, resetDate, updatedAt: now };
}

async function resetUser(
  db: Firestore,
  userId: string,
  now: Date,
  dryRun: boolean,
): Promise<ResetCounts> {
  const ref = db.doc(paths.user(userId));
  const isDue = dryRun
    ? changeOf(await ref.get(), now) !== null
    : await resetInTransaction(db, ref, now);
  const due = Number(isDue);
  return { due, reset: dryRun ? 0 : due, conflicts: 0, failed: 0, finished: true };
}
