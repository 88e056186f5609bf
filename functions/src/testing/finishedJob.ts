import { MIN_TWEETS, THREADS_PER_JOB } from '@quikthread/contract';
import type { JobStatus } from '@quikthread/contract';

/** For specs: a completed thread job; tweet `t` of thread `n` reads "Tweet t of option n." */
export function finishedJob({ jobId, userId }: Pick<JobStatus, 'jobId' | 'userId'>): JobStatus {
  const at = '2026-11-20T10:00:00.000Z';
  return {
    jobId,
    userId,
    kind: 'thread',
    type: 'upload',
    status: 'completed',
    progress: 100,
    duration: 60,
    threads: counted(THREADS_PER_JOB).map((threadNumber) => ({
      threadNumber,
      hook: `Option ${threadNumber}`,
      tweets: counted(MIN_TWEETS).map((tweet) => `Tweet ${tweet} of option ${threadNumber}.`),
      sources: counted(MIN_TWEETS).map(() => ({ ranges: [] })),
      editedTweets: null,
    })),
    error: null,
    errorCode: null,
    createdAt: at,
    updatedAt: at,
    completedAt: at,
  };
}

function counted(length: number): number[] {
  return Array.from({ length }, (_, i) => i + 1);
}
