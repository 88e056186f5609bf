import { maintenanceDependencies } from '../../functions/src/app/maintenance.js';
import { cleanUpCaches } from '../../functions/src/features/maintenance/cleanUpCaches.js';
import { cleanUpMedia } from '../../functions/src/features/maintenance/cleanUpMedia.js';
import { limits } from '../../functions/src/features/maintenance/limits.js';
import { resetQuotas } from '../../functions/src/features/maintenance/resetQuotas.js';
import { sweepJobs } from '../../functions/src/features/maintenance/sweepJobs.js';
import { useEmulators } from '../platform/operator.js';
import { portsAt, readPortOffset } from '../platform/ports.js';
import { BUCKET, PROJECT_ID } from '../platform/workspace.js';
import type { Command, OpsOptions, Target } from './arguments.js';

/** What all of the commands count, among other things. */
export interface Counts {
  readonly failed: number;
  readonly finished: boolean;
}

const commands = {
  'reset-quotas': { work: resetQuotas, limit: limits.resetMonthlyQuotas },
  'cleanup-media': { work: cleanUpMedia, limit: limits.cleanupMedia },
  'cleanup-caches': { work: cleanUpCaches, limit: limits.cleanupCaches },
  'sweep-jobs': { work: sweepJobs, limit: limits.sweepStalledJobs },
} satisfies Record<Command, unknown>;

/** Runs a command by the functions' own code. */
export async function runCommand({ command, target, ...chosen }: OpsOptions): Promise<Counts> {
  pointAt(target);
  const { work, limit } = commands[command];
  const deps = await maintenanceDependencies();
  try {
    return await work(deps, { ...chosen, limit, now: new Date() });
  } finally {
    await deps.db.terminate();
  }
}

/** What sends Google's libraries to an emulator. */
const emulatorVariables = [
  'FIRESTORE_EMULATOR_HOST',
  'FIREBASE_STORAGE_EMULATOR_HOST',
  'STORAGE_EMULATOR_HOST',
  'CLOUD_TASKS_EMULATOR_HOST',
];

/** Says to firebase-admin, which reads its environment, where to work; nothing that was set before counts. */
function pointAt(target: Target): void {
  for (const name of emulatorVariables) Reflect.deleteProperty(process.env, name);
  if (target.emulators) useEmulators(portsAt(readPortOffset(process.env['PORT_OFFSET'])));
  const { project, bucket, serviceAccount } = target.emulators
    ? { project: PROJECT_ID, bucket: BUCKET, serviceAccount: null }
    : target;
  process.env['GCLOUD_PROJECT'] = project;
  process.env['FIREBASE_CONFIG'] = JSON.stringify({
    projectId: project,
    storageBucket: bucket,
    ...(serviceAccount !== null && { serviceAccountId: serviceAccount }),
  });
}
