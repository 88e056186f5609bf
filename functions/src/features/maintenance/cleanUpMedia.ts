import { moveCursors, readCursors } from './cursors.js';
import type { KeepCursors } from './cursors.js';
import type { MediaDependencies } from './dependencies.js';
import { deleteExpired } from './expired.js';
import { deleteLeftovers } from './leftovers.js';
import { cleanUpJobs, cleanUpUploads } from './outdated.js';
import type { PartCounts, RunOptions } from './run.js';

/** What a run came to. */
export interface MediaCounts {
  /** Jobs that ended over 24 hours ago and were not looked at before. */
  readonly jobs: number;
  /** Uploads over 24 hours old that were not looked at before. */
  readonly uploads: number;
  /** Recordings that were deleted because of either. */
  readonly recordings: number;
  /** Old files that nothing else accounts for, and exports. */
  readonly leftovers: number;
  /** Sign-ins at X that were never brought to an end. */
  readonly connections: number;
  /** What could not be done; what is left of it is found by its age. */
  readonly failed: number;
  readonly finished: boolean;
}

const NOTHING: PartCounts = { seen: 0, deleted: 0, failed: 0, finished: true };

/**
 * Deletes what is needed no longer: recordings 24 hours after the last job of theirs has ended, uploads that no
 * job was made of for 24 hours, leftovers of either, exports, expired sign-ins at X. Jobs stay, with their
 * transcripts and the timings of words in `jobs/{jobId}/`: these are the product.
 *
 * Jobs and uploads are found by time behind a cursor, each once. The files themselves are then listed, which
 * costs a call for a thousand of them, and finds what a run that died, or an upload that was never seen, left
 * behind. `limit` is for each part; a run goes on where the one before it stopped.
 *
 * Of one user, all files are looked at, by the same rules and without a cursor.
 */
export async function cleanUpMedia(
  deps: MediaDependencies,
  options: RunOptions,
): Promise<MediaCounts> {
  const { db } = deps;
  const { userId, dryRun, now } = options;
  const cursors = userId === null ? await readCursors(db) : null;
  const keep: KeepCursors = async (change) => {
    if (cursors && !dryRun) await moveCursors(db, change, now);
  };
  const jobs = cursors ? await cleanUpJobs(deps, options, cursors.jobsFrom, keep) : NOTHING;
  const uploads = cursors
    ? await cleanUpUploads(deps, options, cursors.uploadsFrom, keep)
    : NOTHING;
  const leftovers = await deleteLeftovers(deps, options, cursors?.filesAfter ?? null, keep);
  const connections = await deleteExpired(db, options);
  const parts = [jobs, uploads, leftovers, connections];
  return {
    jobs: jobs.seen,
    uploads: uploads.seen,
    recordings: jobs.deleted + uploads.deleted,
    leftovers: leftovers.deleted,
    connections: connections.deleted,
    failed: parts.reduce((sum, { failed }) => sum + failed, 0),
    finished: parts.every(({ finished }) => finished),
  };
}
