import type { JobStatus, Thread } from '@quikthread/contract';
import { ownJob } from '../../engine/lifecycle.js';
import { CallError } from '../../platform/errors.js';

/**
 * The option that a user chose of their finished thread job; `threadIndex` counts from 0.
 * @param job null where there is none
 * @throws CallError `job_missing`, `job_not_yours`, `job_wrong_state`, `thread_missing`
 */
export function chooseThread(job: JobStatus | null, userId: string, threadIndex: number): Thread {
  const { kind, status, threads } = ownJob(job, userId);
  if (kind !== 'thread') {
    throw new CallError({ code: 'job_wrong_state', status }, 'This job writes no threads.');
  }
  if (status !== 'completed' || !threads) {
    throw new CallError(
      { code: 'job_wrong_state', status },
      `Only a job that is completed has threads to choose from. This one is ${status}.`,
    );
  }
  const thread = threads[threadIndex];
  if (!thread) {
    throw new CallError(
      { code: 'thread_missing', threads: threads.length },
      `This job has ${threads.length} threads: threadIndex counts from 0.`,
    );
  }
  return thread;
}

/** What is posted of an option: the user's own version where there is one. */
export function textsOf({ editedTweets, tweets }: Thread): readonly string[] {
  return editedTweets ?? tweets;
}
