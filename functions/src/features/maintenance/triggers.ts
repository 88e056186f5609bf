import { scheduled } from '../../platform/scheduled.js';
import type { MaintenanceDependencies } from './dependencies.js';
import { limits } from './limits.js';
import type { RunOptions } from './run.js';

/** The longest that a scheduled function may run (Cloud Functions quotas). */
const DAILY_TIMEOUT_SECONDS = 1800;
/** A sweep ends before the next one begins. */
const SWEEP_TIMEOUT_SECONDS = 270;

const options = { timeZone: 'Etc/UTC', maxInstances: 1, memory: '512MiB' } as const;

function everybody(limit: number): RunOptions {
  return { now: new Date(), limit, userId: null, dryRun: false };
}

/** What runs by the clock. What a run leaves, the next one does. */
export function maintenanceTriggers(dependencies: () => Promise<MaintenanceDependencies>) {
  return {
    resetMonthlyQuotas: scheduled(
      'resetMonthlyQuotas',
      // At the full hour, so that a month begins on time.
      { ...options, schedule: '0 * * * *', timeoutSeconds: DAILY_TIMEOUT_SECONDS },
      async () => {
        const { resetQuotas } = await import('./resetQuotas.js');
        return {
          ...(await resetQuotas(await dependencies(), everybody(limits.resetMonthlyQuotas))),
        };
      },
    ),
    cleanupMedia: scheduled(
      'cleanupMedia',
      { ...options, schedule: '20 3 * * *', timeoutSeconds: DAILY_TIMEOUT_SECONDS },
      async () => {
        const { cleanUpMedia } = await import('./cleanUpMedia.js');
        return { ...(await cleanUpMedia(await dependencies(), everybody(limits.cleanupMedia))) };
      },
    ),
    cleanupCaches: scheduled(
      'cleanupCaches',
      { ...options, schedule: '40 3 * * *', timeoutSeconds: DAILY_TIMEOUT_SECONDS },
      async () => {
        const { cleanUpCaches } = await import('./cleanUpCaches.js');
        return { ...(await cleanUpCaches(await dependencies(), everybody(limits.cleanupCaches))) };
      },
    ),
    sweepStalledJobs: scheduled(
      'sweepStalledJobs',
      { ...options, schedule: '*/5 * * * *', timeoutSeconds: SWEEP_TIMEOUT_SECONDS },
      async () => {
        const { sweepJobs } = await import('./sweepJobs.js');
        return { ...(await sweepJobs(await dependencies(), everybody(limits.sweepStalledJobs))) };
      },
    ),
  };
}
