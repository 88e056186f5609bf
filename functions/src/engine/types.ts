import type { z } from 'zod';
import type { JobErrorCode, JobKindName, JobState, JobStatus } from '@quikthread/contract';
import type { Transaction } from 'firebase-admin/firestore';

/** What a kind of job may change of its public document. */
export type PublicFields = Partial<Pick<JobStatus, 'duration' | 'threads'>>;

/** What a step knows while it works. `Results` holds the earlier steps' outputs by step name. */
export interface StepContext<Input, Results> {
  readonly jobId: string;
  readonly userId: string;
  readonly input: Input;
  readonly results: Results;
  /**
   * Reads, in a transaction of the step's own, until when this run holds the job for certain. A step whose
   * act must not happen twice notes in that transaction that it is about to act, and acts within the time.
   * @throws LeaseLostError
   */
  heldUntil(transaction: Transaction): Promise<Date>;
  /** Aborts when the job is cancelled, the lease is lost, or the step's time is up. Pass it to every wait. */
  readonly signal: AbortSignal;
}

/** What becomes visible together with a step's checkpoint, in one transaction. */
export interface Publication {
  readonly job?: PublicFields;
  /** Documents under the job, by path below it, e.g. `artifacts/transcript`. */
  readonly documents?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Further fields of the kind's record. */
  readonly record?: Readonly<Record<string, unknown>>;
}

/** A change of a job's state, as its record may want to show it. */
export interface JobChange {
  readonly status: JobState;
  readonly error?: string | null;
  readonly errorCode?: JobErrorCode | null;
  readonly completedAt?: Date | null;
  /** Set where the job rests on purpose: when it goes on. */
  readonly resumesAt?: Date;
}

/**
 * A document of a feature's own that follows its job: changed in the same transactions. Such a job is the
 * feature's: it alone starts it again.
 */
export interface JobRecord<Input = unknown> {
  path(jobId: string): string;
  /**
   * The fields that a change of the job changes; none where it does not show.
   * @param begun false where the job still waited for its time
   */
  fields(change: JobChange, begun: boolean): Readonly<Record<string, unknown>>;
  /** Fields of the owner's profile that change once the job waits for its time no longer. */
  profileFields(jobId: string, input: Input): Readonly<Record<string, unknown>> | null;
}

/** One durable step: run at least once until its result is kept, and never again after that. */
export interface Step<Input, Results, Output> {
  readonly name: string;
  /** What the job shows while the step works. */
  readonly status: JobState;
  readonly progress: number;
  /** How long one attempt may take. */
  readonly timeoutSeconds: number;
  readonly maxAttempts: number;
  /** Where the result is kept: on the run's document, or, where it can be large, in Storage. */
  readonly keep: 'document' | 'storage';
  /** Checks a kept result when it is read back. */
  readonly result: z.ZodType<Output>;
  run(context: StepContext<Input, Results>): Promise<Output>;
  publish?(
    output: Output,
    context: Pick<StepContext<Input, Results>, 'jobId' | 'userId' | 'results'>,
  ): Publication;
}

/** A kind of job: its input and its steps in order. The last step's publication completes the job. */
export interface JobKind<Input = unknown> {
  readonly kind: JobKindName;
  readonly input: z.ZodType<Input>;
  /**
   * The steps for an input, at least one, by names that differ.
   * Each step's types are tied together where the kind is built; the engine only passes values along.
   */
  steps(input: Input): readonly Step<Input, Record<string, unknown>, unknown>[];
  readonly record?: JobRecord<Input>;
}

/** What there is to know of a kind in order to end its jobs: no step, and no provider of one. */
export type JobShape<Input = unknown> = Pick<JobKind<Input>, 'kind' | 'input' | 'record'>;
