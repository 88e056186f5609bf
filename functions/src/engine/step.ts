import type { Transaction } from 'firebase-admin/firestore';
import { log } from '../platform/log.js';
import type { EngineDependencies } from './dependencies.js';
import type { Run } from './documents.js';
import { LeaseLostError, readOwnRun } from './lease.js';
import type { Step } from './types.js';

export type AnyStep = Step<unknown, Record<string, unknown>, unknown>;

export interface StepSession {
  readonly deps: EngineDependencies;
  readonly jobId: string;
  readonly owner: string;
  readonly run: Run;
  readonly input: unknown;
  readonly signal: AbortSignal;
}

/**
 * One attempt of a step, within its time limit. A large result is saved in Storage before the
 * checkpoint names it; a later attempt adopts one that was saved by a process that died just
 * then, so that what was paid for is not bought again.
 */
export async function runStep(
  session: StepSession,
  step: AnyStep,
  results: Record<string, unknown>,
  attempts: number,
): Promise<unknown> {
  const { deps, jobId, run, input } = session;
  const { userId } = run;
  if (step.keep === 'storage' && attempts > 1) {
    const saved = step.result.safeParse(await deps.results.load(jobId, step.name));
    if (saved.success) return saved.data;
  }
  const startedAt = performance.now();
  const signal = AbortSignal.any([session.signal, AbortSignal.timeout(step.timeoutSeconds * 1000)]);
  const heldUntil = (transaction: Transaction) => readHeldUntil(transaction, session);
  const working = step.run({ jobId, userId, input, results, heldUntil, signal });
  const result = step.result.parse(await untilAborted(working, signal));
  if (step.keep === 'storage') await deps.results.save(jobId, step.name, result);
  const durationMs = Math.round(performance.now() - startedAt);
  log('INFO', 'step done', { jobId, userId, step: step.name, attempts, durationMs });
  return result;
}

async function readHeldUntil(
  transaction: Transaction,
  { deps, jobId, owner }: StepSession,
): Promise<Date> {
  const { lease } = await readOwnRun(transaction, deps.db, jobId, owner);
  if (!lease) throw new LeaseLostError(jobId);
  return lease.expiresAt;
}

/** The work's outcome, or the signal's reason if that comes first: a step that does not listen cannot hang a run. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise<T>((resolve, reject) => {
    const abort = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}
