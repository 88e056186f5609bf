import type { TaskQueue } from 'firebase-admin/functions';
import { deterministicId } from '../platform/ids.js';
import type { EngineDependencies, RunTask } from './dependencies.js';
import { hasEnded, readRun, runPath } from './documents.js';
import { runJob } from './run.js';
import type { RunOutcome } from './run.js';
import { TASK_TIMEOUT_SECONDS } from './taskLimits.js';

/** A task waits this long for the round that it announces; then the round was never begun. */
const ROUND_PATIENCE_SECONDS = 60;

/** A task can be scheduled 30 days ahead (Cloud Tasks quotas); one for later comes early, and is put off. */
const MAX_AHEAD_MS = 29 * 24 * 3600 * 1000;
/** A task that comes early is delivered again this often before it is enqueued anew. */
const MAX_EARLY_DELIVERIES = 60;

/** Enqueues run tasks; the same task twice is one, since its id is made of what it says. */
export function taskScheduler(queue: () => Promise<TaskQueue<RunTask>>) {
  return async (task: RunTask): Promise<void> => {
    const { jobId, round, notBefore, hop = 0 } = task;
    const id = deterministicId(jobId, String(round), notBefore, String(hop));
    const at = Math.min(Date.parse(notBefore), Date.now() + MAX_AHEAD_MS);
    try {
      await (
        await queue()
      ).enqueue(task, {
        id,
        scheduleTime: new Date(at),
        dispatchDeadlineSeconds: TASK_TIMEOUT_SECONDS,
      });
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
  };
}

function isDuplicate(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'functions/task-already-exists';
}

/** What to do with a task that was delivered. */
export type TaskPlan = 'run' | 'wait' | 'drop';

/**
 * A task that comes early waits (a queue may deliver before the time: the emulator always does),
 * as does one whose round is not committed yet; one whose round never came is dropped.
 */
export function planTask(task: RunTask, round: number | null, now: Date): TaskPlan {
  const notBefore = Date.parse(task.notBefore);
  if (now.getTime() < notBefore) return 'wait';
  if (round !== null && task.round <= round) return 'run';
  const patience = notBefore + ROUND_PATIENCE_SECONDS * 1000;
  return round !== null && now.getTime() < patience ? 'wait' : 'drop';
}

/**
 * Delivers a run task: runs the job, or says that it is too early.
 * @param deliveries how often this task was delivered before
 */
export async function runTask(
  deps: EngineDependencies,
  task: RunTask,
  deadline: Date,
  deliveries: number,
): Promise<RunOutcome | 'early' | 'put off' | 'dropped'> {
  const run = readRun(await deps.db.doc(runPath(task.jobId)).get());
  if (run && hasEnded(run) && task.round <= run.round) return 'ended';
  const plan = planTask(task, run?.round ?? null, deps.clock());
  if (plan === 'run') return runJob(deps, task.jobId, deadline);
  if (plan === 'drop') return 'dropped';
  if (deliveries < MAX_EARLY_DELIVERIES) return 'early';
  await deps.schedule({ ...task, hop: (task.hop ?? 0) + 1 });
  return 'put off';
}
