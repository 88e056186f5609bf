import { parseUploadPath, paths, uploadIdOf } from '@quikthread/contract';
import { Timestamp } from 'firebase-admin/firestore';
import type { DocumentSnapshot, Firestore, Transaction } from 'firebase-admin/firestore';
import { runPath } from '../../engine/documents.js';
import { parseFetchedPath, runsGiven } from '../../engine/jobMedia.js';
import type { MediaObject } from '../../platform/media.js';
import type { MediaDependencies } from './dependencies.js';

/** How long a recording is kept after its upload, and after the last job of it ended. */
export const KEEP_MS = 24 * 3600 * 1000;

export type Removal = 'deleted' | 'needed' | 'gone';

/**
 * Deletes a recording that nothing needs: one that was uploaded before `oldest`, or fetched, and of which no
 * job is under way or has ended since. Its upload's document goes first, in the transaction that looks at the
 * jobs, so that a job made at the same time is either seen or refused. Where this dies behind it, the
 * listing of leftovers finds the file.
 */
export async function removeUnneeded(
  { db, deleteObject }: Pick<MediaDependencies, 'db' | 'deleteObject'>,
  object: MediaObject,
  oldest: Date,
  dryRun: boolean,
): Promise<Removal> {
  const needed = await db.runTransaction(async (transaction) => {
    const upload = await readUpload(transaction, db, object);
    if (upload && isAfter(upload.get('createdAt'), oldest)) return true;
    if (await isInUse(transaction, db, object, oldest)) return true;
    if (upload && !dryRun) transaction.delete(upload.ref);
    return false;
  });
  if (needed) return 'needed';
  if (!dryRun) await deleteObject(object);
  return 'deleted';
}

/** The upload's document, where it speaks of this generation of the object. */
async function readUpload(
  transaction: Transaction,
  db: Firestore,
  { storagePath, generation }: MediaObject,
): Promise<DocumentSnapshot | null> {
  const path = parseUploadPath(storagePath);
  if (!path) return null;
  const ref = db.doc(paths.upload(uploadIdOf(path.userId, path.filename)));
  const upload = await transaction.get(ref);
  return upload.get('generation') === generation ? upload : null;
}

async function isInUse(
  transaction: Transaction,
  db: Firestore,
  { storagePath, generation }: MediaObject,
  oldest: Date,
): Promise<boolean> {
  const fetched = parseFetchedPath(storagePath);
  const runs = fetched
    ? [await transaction.get(db.doc(runPath(fetched.jobId)))]
    : (await transaction.get(runsGiven(db, storagePath))).docs.filter(
        (run) => run.get('input.generation') === generation,
      );
  const known = runs.filter(({ exists }) => exists);
  if (known.some((run) => run.get('end') === null)) return true;
  const jobs = known.flatMap(({ ref }) => ref.parent.parent ?? []);
  if (jobs.length === 0) return false;
  const ended = await transaction.getAll(...jobs);
  return ended.some((job) => isAfter(job.get('completedAt'), oldest));
}

function isAfter(time: unknown, than: Date): boolean {
  return time instanceof Timestamp && time.toDate() > than;
}

/** The path less the file's name. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
