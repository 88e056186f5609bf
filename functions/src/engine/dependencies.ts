import type { JobKindName } from '@quikthread/contract';
import type { Firestore } from 'firebase-admin/firestore';
import type { Clock } from '../platform/clock.js';
import type { JobKind } from './types.js';

/** Keeps large step results outside Firestore. */
export interface ResultStore {
  save(jobId: string, step: string, result: unknown): Promise<void>;
  /** Null where nothing is kept. */
  load(jobId: string, step: string): Promise<unknown>;
}

/** A task: take the run up, if nobody has it then. */
export interface RunTask {
  readonly jobId: string;
  /** The round that the task is meant for; it waits for one that is not there yet. */
  readonly round: number;
  /** ISO 8601: not before this time. */
  readonly notBefore: string;
  /** How often the task was put off and enqueued anew; a queue keeps none for longer than 30 days. */
  readonly hop?: number;
}

export interface EngineDependencies {
  readonly db: Firestore;
  readonly results: ResultStore;
  /** Enqueues the task; the same task twice is one. */
  schedule(task: RunTask): Promise<void>;
  readonly clock: Clock;
  /** A number from 0 to 1, for jitter. */
  random(): number;
  readonly leaseSeconds: number;
  /** Loads what a kind of job needs on first use: callables that only read never pay for it. */
  kindOf(name: JobKindName): Promise<JobKind>;
}
