import type { AnalyticsDependencies } from '../features/analytics/dependencies.js';
import type { CreateJobDependencies } from '../features/threads/createJob.js';
import type { UploadDependencies } from '../features/uploads/validateUpload.js';
import type { UserDependencies } from '../features/users/dependencies.js';
import type { Caller } from '../platform/callable.js';
import { systemClock } from '../platform/clock.js';
import { config } from '../platform/config.js';
import { firestore, once } from '../platform/firebase.js';

/** What each feature works with, made once an instance, on first use. */
export const userDependencies = once(async (): Promise<UserDependencies> => {
  const claimPlan = async (caller: Caller) => {
    const [{ claimPending }, { planDependencies }] = await Promise.all([
      import('../features/billing/claimPending.js'),
      import('./billing.js'),
    ]);
    return claimPending(await planDependencies(), caller);
  };
  return { db: await firestore(), clock: systemClock, claimPlan };
});

export const createJobDependencies = once(async (): Promise<CreateJobDependencies> => {
  const { checkUrl } = await import('../providers/web/check.js');
  const { allowLoopbackUrls: allowLoopback } = config();
  return {
    db: await firestore(),
    clock: systemClock,
    checkUrl: async (url) => {
      await checkUrl(url, { allowLoopback });
    },
  };
});

export const uploadDependencies = once(async (): Promise<UploadDependencies> => {
  const [{ mediaUrl, deleteObject }, { probe }] = await Promise.all([
    import('../platform/media.js'),
    import('../providers/ffprobe.js'),
  ]);
  const limits = mediaLimits();
  return { db: await firestore(), clock: systemClock, limits, mediaUrl, deleteObject, probe };
});

export const analyticsDependencies = once(async (): Promise<AnalyticsDependencies> => {
  const { openXConnection } = await import('./x.js');
  return { db: await firestore(), clock: systemClock, openX: await openXConnection() };
});

/** The sizes of recordings that are accepted, in bytes. */
export function mediaLimits() {
  const { minMediaBytes, maxMediaBytes } = config();
  return { minBytes: minMediaBytes, maxBytes: maxMediaBytes };
}
