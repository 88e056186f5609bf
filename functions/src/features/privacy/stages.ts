import { endedStates, jobStateSchema, paths } from '@quikthread/contract';
import { cancelJob } from '../../engine/lifecycle.js';
import { CallError, describeError } from '../../platform/errors.js';
import { logEvent } from '../../platform/eventLogs.js';
import { log } from '../../platform/log.js';
import { folderOfJob } from './collections.js';
import type { DeletionDependencies, ServiceEnding } from './dependencies.js';
import { eraseData, eraseFolder } from './erase.js';
import { deletionRef, noteAccountGone, noteJobs, noteService } from './store.js';
import type { Deletion, Stage } from './store.js';

/** An ID token is good for an hour (Firebase, "Manage User Sessions"); the rest is for clocks that differ. */
const TOKEN_SECONDS = 65 * 60;

/** Does what is left of a stage. @returns whether it is done; else, as after a throw, it is tried again */
type StageWork = (deps: DeletionDependencies, deletion: Deletion) => Promise<boolean>;

export const stageWork: Readonly<Record<Stage, StageWork>> = {
  jobs: cancelJobs,
  services: endServices,
  data: eraseUser,
  account: deleteUser,
  remainder: eraseRemainder,
};

const statesUnderWay = jobStateSchema.options.filter((state) => !endedStates.includes(state));

/** Cancels what is under way, scheduled posts too. Without a profile nothing new begins. */
async function cancelJobs(deps: DeletionDependencies, { userId }: Deletion): Promise<boolean> {
  const { docs } = await deps.db
    .collection(paths.jobs)
    .where('userId', '==', userId)
    .where('status', 'in', statesUnderWay)
    .select()
    .get();
  const jobIds = docs.map(({ id }) => id);
  await noteJobs(deps.db, userId, jobIds);
  const engine = await deps.engine();
  for (const jobId of jobIds) {
    try {
      await cancelJob(engine, jobId, userId);
    } catch (error) {
      const hasEnded = error instanceof CallError && error.details.code === 'job_wrong_state';
      if (!hasEnded) throw error;
    }
  }
  return true;
}

async function endServices(
  { db, endings }: DeletionDependencies,
  { userId, ended, tries }: Deletion,
): Promise<boolean> {
  let isDone = true;
  for (const ending of endings) {
    const { name, maxTries } = ending;
    if (ended.includes(name)) continue;
    const hasEnded = await tryToEnd(ending, userId);
    await noteService(db, userId, name, hasEnded);
    if (hasEnded) continue;
    const tried = (tries[name] ?? 0) + 1;
    const isGivenUp = maxTries !== null && tried >= maxTries;
    log('WARNING', 'service not ended', { userId, service: name, tried, isGivenUp });
    if (!isGivenUp) isDone = false;
  }
  return isDone;
}

async function tryToEnd({ name, end }: ServiceEnding, userId: string): Promise<boolean> {
  try {
    return await end(userId);
  } catch (error) {
    const cause = describeError(error).message;
    log('WARNING', 'service failed to end', { userId, service: name, cause });
    return false;
  }
}

async function eraseUser(
  { db, bucket }: DeletionDependencies,
  { userId }: Deletion,
): Promise<boolean> {
  log('INFO', 'account data erased', { userId, ...(await eraseData(db, await bucket(), userId)) });
  return true;
}

async function deleteUser(
  { db, auth, clock }: DeletionDependencies,
  { userId }: Deletion,
): Promise<boolean> {
  const accounts = await auth();
  await accounts.deleteUser(userId).catch((error: unknown) => {
    if (!isUserMissing(error)) throw error;
  });
  await noteAccountGone(db, userId, new Date(clock().getTime() + TOKEN_SECONDS * 1000));
  return true;
}

function isUserMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'auth/user-not-found';
}

/**
 * A token that was given out before outlives its account, and calls with it are counted, uploads with it
 * are taken; a process that was at a cancelled job may have kept one more result. All of this is erased once
 * there can be no more of it, and then the deletion itself.
 */
async function eraseRemainder(
  { db, bucket, clock }: DeletionDependencies,
  { userId, jobIds, tokensEndAt }: Deletion,
): Promise<boolean> {
  const now = clock();
  if (!tokensEndAt || now < tokensEndAt) return false;
  const files = await bucket();
  await eraseData(db, files, userId);
  for (const jobId of jobIds) await eraseFolder(files, folderOfJob(jobId));
  await db.runTransaction((transaction) => {
    transaction.delete(deletionRef(db, userId));
    logEvent(transaction, db, 'account_deleted', {}, now);
    return Promise.resolve();
  });
  return true;
}
