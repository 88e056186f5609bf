import { endedStates, jobStateSchema, paths } from '@quikthread/contract';
import type { JobKindName, JobState, JobStatus } from '@quikthread/contract';
import { FieldValue } from 'firebase-admin/firestore';
import type {
  DocumentReference,
  DocumentSnapshot,
  Firestore,
  Query,
} from 'firebase-admin/firestore';
import { JobError } from '../platform/errors.js';
import { log, withCorrelation } from '../platform/log.js';
import type { EngineDependencies } from './dependencies.js';
import { hasEnded, readJob, readRun, runPath } from './documents.js';
import type { Run } from './documents.js';
import { failRun } from './transitions.js';
import type { JobShape } from './types.js';

/*
 * Every run has somebody who looks after it: its holder, or a task for the time at which it is to be looked
 * at again. Here is what finds a run whose task is lost all the same: a queue that was purged, or has given
 * a task up, or functions that did not start. Whatever else goes wrong, a run ends within MAX_STILL_MS.
 */

/** What looks after a run has this long beyond its time, before the run counts as stalled. */
const GRACE_MS = 60_000;
/** A run that nobody has begun, at its creation or after a retry, counts as stalled after this long. */
const BEGIN_MS = 10 * 60_000;
/** How often a round is taken up again: at a sweep every five minutes, for two hours. */
const MAX_SWEEPS = 24;
/** How long a job may show no progress, from the time at which it was to go on. */
const MAX_STILL_MS = 24 * 3600 * 1000;

export interface SweepDependencies extends Pick<EngineDependencies, 'db' | 'schedule'> {
  readonly shapeOf: (name: JobKindName) => Promise<JobShape>;
}

export type SweepPlan = 'leave' | 'take up' | 'give up';

/** What is to become of a run: pure, so that every case is a plain test. */
export function planSweep(
  run: Pick<Run, 'end' | 'lease' | 'notBefore' | 'sweeps'>,
  job: Pick<JobStatus, 'updatedAt'>,
  now: Date,
): SweepPlan {
  if (hasEnded(run) || stalledFrom(run, job) > now.getTime()) return 'leave';
  const still = now.getTime() - Math.max(Date.parse(job.updatedAt), run.notBefore?.getTime() ?? 0);
  return run.sweeps >= MAX_SWEEPS || still > MAX_STILL_MS ? 'give up' : 'take up';
}

/** From when on the run counts as stalled, in milliseconds since the epoch. */
function stalledFrom(
  { lease, notBefore }: Pick<Run, 'lease' | 'notBefore'>,
  { updatedAt }: Pick<JobStatus, 'updatedAt'>,
): number {
  if (lease) return lease.expiresAt.getTime() + GRACE_MS;
  if (notBefore) return notBefore.getTime() + GRACE_MS;
  return Date.parse(updatedAt) + BEGIN_MS;
}

/**
 * The queries that together find every stalled run, each in an order that it can be paged by: those whose
 * lease has run out, those whose time has passed, and those that were never begun. They may find runs that
 * {@link planSweep} then leaves.
 */
export function stalledRuns(db: Firestore, now: Date): readonly Query[] {
  const underWay = db.collectionGroup('private').where('end', '==', null);
  const graceAgo = new Date(now.getTime() - GRACE_MS);
  const beginAgo = new Date(now.getTime() - BEGIN_MS);
  return [
    underWay
      .where('lease.expiresAt', '<=', graceAgo)
      .orderBy('lease.expiresAt')
      .select('lease.expiresAt'),
    underWay.where('notBefore', '<=', graceAgo).orderBy('notBefore').select('notBefore'),
    underWay
      .where('lease', '==', null)
      .where('notBefore', '==', null)
      .where('createdAt', '<=', beginAgo)
      .orderBy('createdAt')
      .select('createdAt'),
  ];
}

const statesUnderWay: readonly JobState[] = jobStateSchema.options.filter(
  (state) => !endedStates.includes(state),
);

/** The ids of one user's jobs that are under way. */
export async function jobsUnderWay(db: Firestore, userId: string): Promise<readonly string[]> {
  const { docs } = await db
    .collection(paths.jobs)
    .where('userId', '==', userId)
    .where('status', 'in', statesUnderWay)
    .select()
    .get();
  return docs.map(({ id }) => id);
}

/** What is to become of the job's run as it stands; a run whose job is gone is left to what removed that. */
export async function lookAt(db: Firestore, jobId: string, now: Date): Promise<SweepPlan> {
  return (await readBoth(db, db, jobId, now)).plan;
}

/**
 * Takes a stalled run up again, or gives it up: then the job fails, and its credit comes back. A run that goes
 * on by itself in the meantime is left alone. @returns what was done
 */
export async function sweep(deps: SweepDependencies, jobId: string, now: Date): Promise<SweepPlan> {
  const { db } = deps;
  const { run, plan } = await readBoth(db, db, jobId, now);
  if (!run || plan === 'leave') return 'leave';
  return withCorrelation(run.correlationId ?? jobId, async () => {
    const { userId, kind, sweeps } = run;
    const done =
      plan === 'take up' ? await takeUp(deps, jobId, run, now) : await abandon(deps, jobId, now);
    log('WARNING', 'stalled job', { jobId, userId, kind, sweeps, plan, done });
    return done ? plan : 'leave';
  });
}

/** The task comes first, as everywhere: dying between the two only leaves a sweep uncounted. */
async function takeUp(
  { db, schedule }: SweepDependencies,
  jobId: string,
  { round }: Run,
  now: Date,
): Promise<true> {
  await schedule({ jobId, round, notBefore: now.toISOString() });
  await db.doc(runPath(jobId)).update({ sweeps: FieldValue.increment(1) });
  return true;
}

/** Fails a job that is given up, unless it moved. */
async function abandon(
  { db, shapeOf }: SweepDependencies,
  jobId: string,
  now: Date,
): Promise<boolean> {
  return db.runTransaction(async (transaction) => {
    const { run, plan } = await readBoth(transaction, db, jobId, now);
    if (!run || plan !== 'give up') return false;
    const message = 'This job stopped on our side and could not be taken up again.';
    const error = new JobError('internal', message, 'never');
    const changed = { db, jobId, now, kind: await shapeOf(run.kind) };
    await failRun(transaction, changed, run, 'sweep', error);
    return true;
  });
}

interface Reader {
  getAll(...refs: DocumentReference[]): Promise<DocumentSnapshot[]>;
}

async function readBoth(
  reader: Reader,
  db: Firestore,
  jobId: string,
  now: Date,
): Promise<{ readonly run: Run | null; readonly plan: SweepPlan }> {
  const refs = [paths.job(jobId), runPath(jobId)].map((path) => db.doc(path));
  const [jobSnapshot, runSnapshot] = await reader.getAll(...refs);
  const job = jobSnapshot ? readJob(jobSnapshot) : null;
  const run = runSnapshot ? readRun(runSnapshot) : null;
  return { run, plan: run && job ? planSweep(run, job, now) : 'leave' };
}
