import { EXPORT_KEPT_HOURS, paths } from '@quikthread/contract';
import type { ExportLink, JobStatus } from '@quikthread/contract';
import { readJob } from '../../engine/documents.js';
import { ownJob } from '../../engine/lifecycle.js';
import type { Caller } from '../../platform/callable.js';
import { CallError } from '../../platform/errors.js';
import type { ExportDependencies } from './dependencies.js';

/** How long a link is good for. */
const LINK_SECONDS = 3600;

/**
 * A new link to an export that is finished and still kept.
 * @throws CallError `job_missing`, `job_not_yours`, `job_wrong_state`: with the job's own status, or `expired`
 */
export async function getExport(
  { db, clock, findObject, mediaUrl }: ExportDependencies,
  { jobId }: { readonly jobId: string },
  { userId }: Caller,
): Promise<ExportLink> {
  const job = ownJob(readJob(await db.doc(paths.job(jobId)).get()), userId);
  if (job.kind !== 'export') {
    throw new CallError({ code: 'job_missing' }, 'There is no export with this id.');
  }
  if (job.status !== 'completed') throw wrongState(job.status, `The export is ${job.status}.`);
  const now = clock();
  const object = isKept(job, now) ? await findObject(paths.exportArchive(userId, jobId)) : null;
  if (!object) {
    throw wrongState('expired', 'The export is no longer kept: ask for a new one.');
  }
  const url = await mediaUrl(object, LINK_SECONDS);
  return { url, expiresAt: new Date(now.getTime() + LINK_SECONDS * 1000).toISOString() };
}

function isKept({ completedAt }: JobStatus, now: Date): boolean {
  const keptUntil = Date.parse(completedAt ?? '') + EXPORT_KEPT_HOURS * 3600 * 1000;
  return now.getTime() < keptUntil;
}

function wrongState(status: string, message: string): CallError {
  return new CallError({ code: 'job_wrong_state', status }, message);
}
