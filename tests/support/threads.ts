import { paths } from '@quikthread/contract';
import type { JobStatus } from '@quikthread/contract';
import { finishedJob } from '../../functions/src/testing/finishedJob.js';
import type { Session } from '../../scripts/platform/session.js';
import { admin } from './platform.js';

/**
 * Writes a completed thread job of this user, or with `change` something else, as an administrator and
 * without a run. @returns its id
 */
export async function pretendThreads(
  { userId }: Session,
  change: Partial<Pick<JobStatus, 'kind' | 'status' | 'threads'>> = {},
): Promise<string> {
  const ref = admin().firestore.collection(paths.jobs).doc();
  const { createdAt, updatedAt, ...job } = finishedJob({ jobId: ref.id, userId });
  await ref.set({
    ...job,
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
    completedAt: new Date(updatedAt),
    ...change,
  });
  return ref.id;
}
