import { insertJob } from '../../functions/src/engine/lifecycle.js';
import { runPath } from '../../functions/src/engine/documents.js';
import type { NewJob } from '../../functions/src/engine/lifecycle.js';
import type { RunOptions } from '../../functions/src/features/maintenance/run.js';
import { newUser } from '../../functions/src/features/users/newUser.js';
import { randomId } from '../../functions/src/platform/ids.js';
import type { openFirestore } from '../../functions/src/testing/firestore.js';

type Db = ReturnType<typeof openFirestore>;

/** What the clock runs, for everybody, at a time of the test's own. */
export function everybody(now: Date, change: Partial<RunOptions> = {}): RunOptions {
  return { now, limit: 10_000, userId: null, dryRun: false, ...change };
}

export const hours = (count: number): number => count * 3_600_000;

/** The time so many milliseconds before another. */
export const earlier = (now: Date, ms: number): Date => new Date(now.getTime() - ms);

/** Writes a user as `initUser` would have done at `since`, with further fields. */
export async function makeUser(
  db: Db,
  since: Date,
  fields: Readonly<Record<string, unknown>> = {},
  userId = randomId(),
): Promise<string> {
  await db.doc(`users/${userId}`).set({ ...newUser(userId, null, since), ...fields });
  return userId;
}

export interface JobState {
  readonly userId: string;
  readonly createdAt: Date;
  readonly job?: Partial<NewJob>;
  /** Fields of the run and of the public job that are as something else left them. */
  readonly run?: Readonly<Record<string, unknown>>;
  readonly shown?: Readonly<Record<string, unknown>>;
}

/** Writes a job as the engine makes it, then as something left it. @returns its id */
export async function makeJob(db: Db, { userId, createdAt, ...state }: JobState): Promise<string> {
  const jobId = state.job?.jobId ?? randomId();
  const made = { jobId, userId, kind: 'thread', type: 'url', input: {}, account: null } as const;
  await db.runTransaction((transaction) => {
    insertJob(transaction, db, { ...made, ...state.job }, createdAt);
    return Promise.resolve();
  });
  if (state.run) await db.doc(runPath(jobId)).update({ ...state.run });
  if (state.shown) await db.doc(`jobs/${jobId}`).update({ ...state.shown });
  return jobId;
}

/** How a job is left that ended then. */
export function endedAt(completedAt: Date) {
  return { run: { end: 'completed' }, shown: { status: 'completed', completedAt } };
}
