import { paths } from '@quikthread/contract';
import { onDocumentCreated } from 'firebase-functions/firestore';
import { HttpsError } from 'firebase-functions/https';
import type { GlobalOptions } from 'firebase-functions/options';
import { onTaskDispatched } from 'firebase-functions/tasks';
import type { EngineDependencies, RunTask } from '../../engine/dependencies.js';
import { TASK_TIMEOUT_SECONDS } from '../../engine/taskLimits.js';
import { callable } from '../../platform/callable.js';
import { deepgramApiKey, geminiApiKey, xSecrets } from '../../platform/config.js';
import { log } from '../../platform/log.js';

/** Event functions end after nine minutes at most (Cloud Functions quotas). */
const EVENT_TIMEOUT_SECONDS = 540;

/**
 * A run waits on providers nearly all the time, so one instance carries several; a recording with
 * its index far inside the file takes up to 48 MB while ffprobe looks at it.
 */
const runOptions = {
  memory: '1GiB',
  cpu: 1,
  concurrency: 10,
  secrets: [deepgramApiKey, geminiApiKey, ...xSecrets],
} satisfies GlobalOptions;

function deadlineIn(seconds: number): Date {
  return new Date(Date.now() + seconds * 1000);
}

/** What runs jobs, and the callables about a user's own jobs of any kind. */
export function jobTriggers(engine: () => Promise<EngineDependencies>) {
  return {
    onJobCreated: onDocumentCreated(
      {
        document: `${paths.jobs}/{jobId}`,
        ...runOptions,
        timeoutSeconds: EVENT_TIMEOUT_SECONDS,
        retry: true,
      },
      async ({ params: { jobId } }) => {
        const deadline = deadlineIn(EVENT_TIMEOUT_SECONDS);
        const { runJob } = await import('../../engine/run.js');
        const outcome = await runJob(await engine(), jobId, deadline);
        log('INFO', 'run', { jobId, by: 'event', outcome });
      },
    ),

    runJob: onTaskDispatched<RunTask>(
      {
        ...runOptions,
        timeoutSeconds: TASK_TIMEOUT_SECONDS,
        retryConfig: { maxAttempts: 100, minBackoffSeconds: 1, maxBackoffSeconds: 30 },
      },
      async ({ data: task, retryCount }) => {
        const deadline = deadlineIn(TASK_TIMEOUT_SECONDS);
        const { runTask } = await import('../../engine/tasks.js');
        const outcome = await runTask(await engine(), task, deadline, retryCount);
        log('INFO', 'run', { jobId: task.jobId, by: 'task', outcome });
        // An HttpsError makes the queue deliver again without counting as a crash in the logs.
        if (outcome === 'early') throw new HttpsError('unavailable', 'Not yet.');
      },
    ),

    getJob: callable('getJob', {}, async ({ jobId }, { userId }) => {
      const { getJob } = await import('./getJob.js');
      return getJob((await engine()).db, jobId, userId);
    }),
    listJobs: callable('listJobs', {}, async (input, { userId }) => {
      const { listJobs } = await import('./listJobs.js');
      return listJobs((await engine()).db, input, userId);
    }),
    cancelJob: callable('cancelJob', {}, async ({ jobId }, { userId }) => {
      const { cancelJob } = await import('../../engine/lifecycle.js');
      const { getJob } = await import('./getJob.js');
      const deps = await engine();
      await cancelJob(deps, jobId, userId);
      return getJob(deps.db, jobId, userId);
    }),
    retryJob: callable('retryJob', {}, async ({ jobId }, { userId }) => {
      const { retryJob } = await import('../../engine/lifecycle.js');
      const { getJob } = await import('./getJob.js');
      const deps = await engine();
      await retryJob(deps, jobId, userId);
      return getJob(deps.db, jobId, userId);
    }),
  };
}
