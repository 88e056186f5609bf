import { paths } from '@quikthread/contract';
import { Timestamp } from 'firebase-admin/firestore';
import type { Firestore, Query, QueryDocumentSnapshot } from 'firebase-admin/firestore';
import { readRun, runPath } from '../../engine/documents.js';
import { fetchedPath, givenObject } from '../../engine/jobMedia.js';
import type { MediaObject } from '../../platform/media.js';
import type { KeepCursors } from './cursors.js';
import type { MediaDependencies } from './dependencies.js';
import { pagesOf } from './pages.js';
import { folderOf, KEEP_MS, removeUnneeded } from './recordings.js';
import { count, forEachItem } from './run.js';
import type { PartCounts, RunOptions } from './run.js';

/** Looks at the jobs that ended over 24 hours ago, behind the cursor, and removes their recordings. */
export async function cleanUpJobs(
  deps: MediaDependencies,
  options: RunOptions,
  from: Timestamp | null,
  keep: KeepCursors,
): Promise<PartCounts> {
  return cleanUpBetween(deps, options, {
    between: between(deps.db, paths.jobs, 'completedAt', from, options).select(
      'userId',
      'type',
      'completedAt',
    ),
    nameOf: (job) => job.ref.path,
    timeOf: (job) => job.get('completedAt') as Timestamp,
    recordingOf: (job) => recordingOfJob(deps, job),
    keep: (jobsFrom) => keep({ jobsFrom }),
  });
}

/** Looks at the uploads over 24 hours old, behind the cursor, and removes those that no job needs. */
export async function cleanUpUploads(
  deps: MediaDependencies,
  options: RunOptions,
  from: Timestamp | null,
  keep: KeepCursors,
): Promise<PartCounts> {
  return cleanUpBetween(deps, options, {
    between: between(deps.db, paths.uploads, 'createdAt', from, options).select(
      'storagePath',
      'generation',
      'createdAt',
    ),
    nameOf: (upload) => folderOf(upload.get('storagePath') as string),
    timeOf: (upload) => upload.get('createdAt') as Timestamp,
    recordingOf: (upload) =>
      Promise.resolve({
        storagePath: upload.get('storagePath') as string,
        generation: upload.get('generation') as string,
      }),
    keep: (uploadsFrom) => keep({ uploadsFrom }),
  });
}

/** What a job worked on, where that may be there still. */
async function recordingOfJob(
  { db, findObject }: MediaDependencies,
  job: QueryDocumentSnapshot,
): Promise<MediaObject | null> {
  const type: unknown = job.get('type');
  if (type === 'url') return findObject(fetchedPath(job.get('userId') as string, job.id));
  if (type !== 'upload') return null;
  const run = readRun(await db.doc(runPath(job.id)).get());
  return run && givenObject(run);
}

function oldestKept({ now }: RunOptions): Date {
  return new Date(now.getTime() - KEEP_MS);
}

function between(
  db: Firestore,
  collection: string,
  field: string,
  from: Timestamp | null,
  options: RunOptions,
): Query {
  const until = db.collection(collection).where(field, '<=', oldestKept(options)).orderBy(field);
  return from ? until.where(field, '>', from) : until;
}

interface Outdated {
  readonly between: Query;
  /** For the log: without the names of files, which are users' own words. */
  readonly nameOf: (document: QueryDocumentSnapshot) => string;
  readonly timeOf: (document: QueryDocumentSnapshot) => Timestamp;
  readonly recordingOf: (document: QueryDocumentSnapshot) => Promise<MediaObject | null>;
  readonly keep: (from: Timestamp) => Promise<void>;
}

async function cleanUpBetween(
  deps: MediaDependencies,
  options: RunOptions,
  { between, nameOf, timeOf, recordingOf, keep }: Outdated,
): Promise<PartCounts> {
  const oldest = oldestKept(options);
  const counts = { seen: 0, deleted: 0, failed: 0 };
  for await (const page of pagesOf(between, options.limit)) {
    const outcomes = await forEachItem(page, nameOf, async (document) => {
      const recording = await recordingOf(document);
      return recording ? removeUnneeded(deps, recording, oldest, options.dryRun) : 'gone';
    });
    counts.seen += page.length;
    counts.deleted += count(outcomes, 'deleted');
    counts.failed += count(outcomes, null);
    const last = page.at(-1);
    if (last) await keep(justBefore(timeOf(last)));
  }
  const finished = counts.seen < options.limit;
  if (finished) await keep(Timestamp.fromDate(oldest));
  return { ...counts, finished };
}

/** A millisecond earlier: others of the same instant may follow on the next page. */
function justBefore(time: Timestamp): Timestamp {
  return Timestamp.fromMillis(time.toMillis() - 1);
}
