import { sleep } from '../platform/clock.js';
import { describeError, JobError } from '../platform/errors.js';
import { randomId } from '../platform/ids.js';
import { log, withCorrelation } from '../platform/log.js';
import type { EngineDependencies } from './dependencies.js';
import type { Run } from './documents.js';
import { claim, LeaseLostError } from './lease.js';
import type { Claimed } from './lease.js';
import { keepLease } from './leaseKeeper.js';
import { asJobError, decideRetry } from './retry.js';
import { runStep } from './step.js';
import type { AnyStep } from './step.js';
import { begin, checkpoint, complete, countAttempt, fail, release } from './transitions.js';
import type { Holder } from './transitions.js';
import type { JobKind } from './types.js';

/** A wait up to this long is spent in place; a longer one is cheaper as a task. */
const MAX_WAIT_IN_PLACE_SECONDS = 15;
/** Time kept back, before the function's deadline, for the last writes. */
const MARGIN_SECONDS = 10;

/** How a delivery ended: the job too (`completed`, `failed`), or only this run of it. */
export type RunOutcome =
  'completed' | 'failed' | 'handed over' | 'held' | 'lost' | 'ended' | 'missing';

interface Session {
  readonly deps: EngineDependencies;
  readonly jobId: string;
  readonly owner: string;
  readonly run: Run;
  readonly input: unknown;
  readonly kind: JobKind;
  readonly signal: AbortSignal;
  readonly deadline: Date;
}

/**
 * Runs a job from where it stands until it ends, has to wait long, or `deadline` comes near.
 * Safe to call at any time, any number of times, from any process: a lease lets one run at a
 * time, and a task scheduled for the lease's end finds the run of a process that died.
 */
export async function runJob(
  deps: EngineDependencies,
  jobId: string,
  deadline: Date,
): Promise<RunOutcome> {
  const owner = randomId();
  const claimed = await claim(deps.db, jobId, owner, deps.clock(), deps.leaseSeconds);
  if (claimed.outcome === 'held') {
    await check(deps, jobId, claimed.until);
    return 'held';
  }
  if (claimed.outcome !== 'claimed') return claimed.outcome;
  const { run } = claimed;
  return withCorrelation(run.correlationId ?? jobId, () =>
    work(deps, jobId, owner, claimed, deadline),
  );
}

/** Works on a job whose lease `owner` has just taken. */
async function work(
  deps: EngineDependencies,
  jobId: string,
  owner: string,
  claimed: Claimed,
  deadline: Date,
): Promise<RunOutcome> {
  const { run } = claimed;
  await check(deps, jobId, claimed.expiresAt);
  const lease = keepLease(deps, jobId, owner, claimed.expiresAt);
  try {
    const kind = await deps.kindOf(run.kind);
    const input = kind.input.parse(run.input);
    return await runSteps({ deps, jobId, owner, run, input, kind, signal: lease.signal, deadline });
  } catch (error) {
    if (error instanceof LeaseLostError) return 'lost';
    throw error;
  } finally {
    await lease.stop();
  }
}

/** Looks again at `at`, whatever becomes of this process. */
async function check(deps: EngineDependencies, jobId: string, at: Date): Promise<void> {
  await deps.schedule({ jobId, round: 1, notBefore: at.toISOString() });
}

async function runSteps(session: Session): Promise<RunOutcome> {
  const { run, jobId, kind } = session;
  const steps = kind.steps(session.input);
  const results: Record<string, unknown> = {};
  let { attempts } = run;
  let begun = false;
  for (const [index, step] of steps.entries()) {
    const next = steps[index + 1];
    const kept = await keptResult(session, step);
    if (kept !== undefined) {
      results[step.name] = kept;
      continue;
    }
    if (secondsLeft(session) < step.timeoutSeconds) {
      return await handOver(session, 0);
    }
    if (kind.record && !begun) await begin(holder(session), step);
    begun = true;
    const outcome = await attemptStep(session, step, results, attempts);
    if (typeof outcome === 'string') return outcome;
    const { userId } = run;
    const publication = step.publish?.(outcome.result, { jobId, userId, results }) ?? {};
    results[step.name] = outcome.result;
    if (!next) {
      await complete(holder(session), publication);
      break;
    }
    await checkpoint(holder(session), step, outcome.result, publication, next);
    attempts = 1;
  }
  log('INFO', 'job completed', { jobId, userId: run.userId });
  return 'completed';
}

/** Tries a step until it gives a result, or ends this run. `attempts` counts the one under way. */
async function attemptStep(
  session: Session,
  step: AnyStep,
  results: Record<string, unknown>,
  startAttempts: number,
): Promise<{ result: unknown } | RunOutcome> {
  const { deps, jobId, run, signal } = session;
  if (startAttempts > step.maxAttempts) return endAsFailed(session, step, crashed());
  for (let attempts = startAttempts; ; attempts += 1) {
    try {
      return { result: await runStep(session, step, results, attempts) };
    } catch (thrown) {
      signal.throwIfAborted();
      const error = asJobError(thrown);
      const decision = decideRetry(error, attempts, step.maxAttempts, deps.random());
      if (!decision.retry) return endAsFailed(session, step, error);
      const { delaySeconds } = decision;
      const cause = describeError(error).message;
      log('WARNING', 'step failed', { jobId, step: step.name, attempts, delaySeconds, cause });
      const room = secondsLeft(session) - step.timeoutSeconds;
      if (delaySeconds > Math.min(MAX_WAIT_IN_PLACE_SECONDS, room)) {
        return handOver(session, delaySeconds, { step, error });
      }
      await countAttempt(holder(session));
      await sleep(delaySeconds * 1000, signal);
      log('INFO', 'step starts again', { jobId, userId: run.userId, step: step.name });
    }
  }
}

/** A step that took its process down with it, each time. */
function crashed(): JobError {
  const message = 'This could not be done: every attempt was cut off.';
  return new JobError('internal', message, 'never');
}

async function endAsFailed(session: Session, step: AnyStep, error: JobError): Promise<'failed'> {
  const { jobId, run } = session;
  const errorId = await fail(holder(session), step.name, error);
  const cause = describeError(error).message;
  const { code } = error;
  log('WARNING', 'job failed', {
    jobId,
    userId: run.userId,
    step: step.name,
    code,
    errorId,
    cause,
  });
  return 'failed';
}

/** Leaves the rest to a task, enqueued first: dying between the two only makes the task early. */
async function handOver(
  session: Session,
  delaySeconds: number,
  failed?: { step: AnyStep; error: JobError },
): Promise<'handed over'> {
  const { deps, jobId, run } = session;
  const notBefore = new Date(deps.clock().getTime() + delaySeconds * 1000);
  await deps.schedule({ jobId, round: run.round, notBefore: notBefore.toISOString() });
  await release(holder(session), notBefore, failed);
  log('INFO', 'job handed over', { jobId, userId: run.userId, delaySeconds });
  return 'handed over';
}

async function keptResult(session: Session, step: AnyStep): Promise<unknown> {
  const { deps, jobId, run } = session;
  const kept = run.checkpoints[step.name];
  if (!kept) return undefined;
  const result = kept.keep === 'document' ? kept.result : await deps.results.load(jobId, step.name);
  return step.result.parse(result);
}

function holder({ deps, jobId, owner, kind }: Session): Holder {
  return { db: deps.db, jobId, owner, now: deps.clock(), kind };
}

function secondsLeft({ deps, deadline }: Session): number {
  return (deadline.getTime() - deps.clock().getTime()) / 1000 - MARGIN_SECONDS;
}
