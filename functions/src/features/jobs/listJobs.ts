import { paths } from '@quikthread/contract';
import type { CallableOutput } from '@quikthread/contract';
import type { Firestore } from 'firebase-admin/firestore';
import { readJob } from '../../engine/documents.js';
import type { ParsedInput } from '../../platform/callable.js';
import { invalidFields } from '../../platform/callable.js';

/**
 * The user's jobs of a kind, newest first. The cursor is the id of the last job of the page before: it
 * stays good while jobs come and go.
 * @throws CallError `invalid_input` for a cursor that is not one of the user's jobs
 */
export async function listJobs(
  db: Firestore,
  { kind, pageSize, cursor }: ParsedInput<'listJobs'>,
  userId: string,
): Promise<CallableOutput<'listJobs'>> {
  const newestFirst = db
    .collection(paths.jobs)
    .where('userId', '==', userId)
    .where('kind', '==', kind)
    .orderBy('createdAt', 'desc');
  const from = cursor === undefined ? newestFirst : newestFirst.startAfter(await last(cursor));
  // One more than asked for tells whether there is a next page.
  const { docs } = await from.limit(pageSize + 1).get();
  const jobs = docs.slice(0, pageSize).flatMap((snapshot) => readJob(snapshot) ?? []);
  const nextCursor = docs.length > pageSize ? (jobs.at(-1)?.jobId ?? null) : null;
  return { jobs, nextCursor };

  async function last(jobId: string) {
    const snapshot = await db.doc(paths.job(jobId)).get();
    if (snapshot.get('userId') === userId && snapshot.get('kind') === kind) return snapshot;
    throw invalidFields([
      { field: 'cursor', problem: 'must be the nextCursor of an earlier page' },
    ]);
  }
}
