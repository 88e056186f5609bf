import { Timestamp } from 'firebase-admin/firestore';
import type { Firestore, QueryDocumentSnapshot } from 'firebase-admin/firestore';
import { pagesOf } from './pages.js';
import { count, forEachItem } from './run.js';
import type { PartCounts, RunOptions } from './run.js';

/** Documents of sign-ins at X under way, good until their `expiresAt`. */
const collections = ['x-oauth-states', 'x-connections'] as const;

/**
 * Deletes what has expired. Firestore's TTL policy does so too, within a day or more, where a project has it;
 * the emulators have none.
 */
export async function deleteExpired(
  db: Firestore,
  { now, limit, userId, dryRun }: RunOptions,
): Promise<PartCounts> {
  const counts = { seen: 0, deleted: 0, failed: 0, finished: true };
  for (const name of collections) {
    const all = db.collection(name);
    const query =
      userId === null
        ? all.where('expiresAt', '<=', now).orderBy('expiresAt')
        : all.where('userId', '==', userId);
    let seen = 0;
    for await (const page of pagesOf(query.select('expiresAt'), limit)) {
      const expired = page.filter((document) => hasExpired(document, now));
      const outcomes = await forEachItem(expired, ({ ref }) => ref.path, remove);
      seen += page.length;
      counts.deleted += count(outcomes, 'deleted');
      counts.failed += count(outcomes, null);
    }
    counts.seen += seen;
    counts.finished &&= seen < limit;
  }
  return counts;

  async function remove({ ref }: QueryDocumentSnapshot) {
    if (!dryRun) await ref.delete();
    return 'deleted' as const;
  }
}

function hasExpired(document: QueryDocumentSnapshot, now: Date): boolean {
  const expiresAt: unknown = document.get('expiresAt');
  return expiresAt instanceof Timestamp && expiresAt.toDate() <= now;
}
