import { paths } from '@quikthread/contract';
import type { JobStatus } from '@quikthread/contract';
import type { Firestore } from 'firebase-admin/firestore';
import { readJob } from '../../engine/documents.js';
import { ownJob } from '../../engine/lifecycle.js';

/** @throws CallError `job_missing`, `job_not_yours` */
export async function getJob(db: Firestore, jobId: string, userId: string): Promise<JobStatus> {
  return ownJob(readJob(await db.doc(paths.job(jobId)).get()), userId);
}
