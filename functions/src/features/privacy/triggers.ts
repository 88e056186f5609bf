import { HttpsError } from 'firebase-functions/https';
import { onTaskDispatched } from 'firebase-functions/tasks';
import { callable } from '../../platform/callable.js';
import { polarAccessToken, xSecrets } from '../../platform/config.js';
import { describeError } from '../../platform/errors.js';
import { log, withCorrelation } from '../../platform/log.js';
import { randomId } from '../../platform/ids.js';
import type {
  DeletionDependencies,
  DeletionTask,
  ExportDependencies,
  RequestDependencies,
} from './dependencies.js';

/** The longest that a task function may run (Cloud Functions quotas). */
export const DELETION_TIMEOUT_SECONDS = 1800;

/**
 * Delivered again until it is done, every five minutes in the end, for longer than the month that a queue
 * keeps a task.
 */
const retryConfig = { maxAttempts: 10_000, minBackoffSeconds: 1, maxBackoffSeconds: 300 };

export interface PrivacyDependencies {
  readonly exports: () => Promise<ExportDependencies>;
  readonly requests: () => Promise<RequestDependencies>;
  readonly deletions: () => Promise<DeletionDependencies>;
}

/** Users' own data: to take along, and to have deleted. */
export function privacyTriggers({ exports, requests, deletions }: PrivacyDependencies) {
  return {
    exportMyData: callable('exportMyData', {}, async (_input, caller) => {
      const { exportMyData } = await import('./exportMyData.js');
      return exportMyData(await exports(), caller);
    }),
    getExport: callable('getExport', {}, async (input, caller) => {
      const { getExport } = await import('./getExport.js');
      return getExport(await exports(), input, caller);
    }),
    deleteAccount: callable('deleteAccount', {}, async (_input, caller) => {
      const { deleteAccount } = await import('./deleteAccount.js');
      return deleteAccount(await requests(), caller);
    }),
    runDeletion: onTaskDispatched<DeletionTask>(
      {
        secrets: [polarAccessToken, ...xSecrets],
        timeoutSeconds: DELETION_TIMEOUT_SECONDS,
        memory: '512MiB',
        retryConfig,
      },
      async ({ data: task }) => {
        await withCorrelation(randomId(), () => deliver(deletions, task));
      },
    ),
  };
}

/** An HttpsError makes the queue deliver again without counting as a crash in the logs. */
async function deliver(
  deletions: () => Promise<DeletionDependencies>,
  task: DeletionTask,
): Promise<void> {
  const { userId } = task;
  try {
    const { runDeletion } = await import('./runDeletion.js');
    const outcome = await runDeletion(await deletions(), task);
    log('INFO', 'account deletion run', { userId, outcome });
    if (outcome !== 'later') return;
  } catch (error) {
    const { message: cause, stack } = describeError(error);
    log('ERROR', 'account deletion failed, to be retried', { userId, cause, stack });
  }
  throw new HttpsError('unavailable', 'Not done yet.');
}
