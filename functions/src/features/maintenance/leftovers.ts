import { parseUploadPath } from '@quikthread/contract';
import { parseFetchedPath } from '../../engine/jobMedia.js';
import type { ListedObject } from '../../platform/media.js';
import type { KeepCursors } from './cursors.js';
import type { MediaDependencies } from './dependencies.js';
import { folderOf, KEEP_MS, removeUnneeded } from './recordings.js';
import { count, forEachItem } from './run.js';
import type { PartCounts, RunOptions } from './run.js';

/** What the searches by time had two days for is a leftover. */
const LEFTOVER_MS = 2 * KEEP_MS;

/**
 * Lists users' files, behind the cursor, and deletes those that are too old: exports after 24 hours, recordings
 * that no job needs after 48, or of one user after 24. `limit` counts the old files, and a page of a thousand
 * young ones as one.
 */
export async function deleteLeftovers(
  deps: MediaDependencies,
  { now, limit, userId, dryRun }: RunOptions,
  after: string | null,
  keep: KeepCursors,
): Promise<PartCounts> {
  const counts = { seen: 0, deleted: 0, failed: 0 };
  const before = (ageMs: number) => new Date(now.getTime() - ageMs);
  const exportsBefore = before(KEEP_MS);
  const recordingsBefore = before(userId === null ? LEFTOVER_MS : KEEP_MS);
  const prefix = userId === null ? 'users/' : `users/${userId}/`;
  for await (const objects of deps.listObjects(prefix, after)) {
    const old = objects.filter(
      ({ storagePath, createdAt }) =>
        (isExport(storagePath) && createdAt <= exportsBefore) ||
        (isRecording(storagePath) && createdAt <= recordingsBefore),
    );
    const outcomes = await forEachItem(old, ({ storagePath }) => folderOf(storagePath), remove);
    counts.seen += old.length + 1;
    counts.deleted += count(outcomes, 'deleted');
    counts.failed += count(outcomes, null);
    const last = objects.at(-1);
    if (last) await keep({ filesAfter: last.storagePath });
    if (counts.seen >= limit) return { ...counts, finished: false };
  }
  await keep({ filesAfter: null });
  return { ...counts, finished: true };

  async function remove(object: ListedObject) {
    if (isRecording(object.storagePath)) {
      return removeUnneeded(deps, object, before(KEEP_MS), dryRun);
    }
    if (!dryRun) await deps.deleteObject(object);
    return 'deleted' as const;
  }
}

function isRecording(path: string): boolean {
  return parseUploadPath(path) !== null || parseFetchedPath(path) !== null;
}

function isExport(path: string): boolean {
  return /^users\/[^/]+\/exports\//.test(path);
}
