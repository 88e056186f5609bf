import { callable } from '../../platform/callable.js';
import { xSecrets } from '../../platform/config.js';
import { scheduled } from '../../platform/scheduled.js';
import type { AnalyticsDependencies } from './dependencies.js';

/** A caller waits for another one's lease, a minute, and then for its own refresh. */
const CALL_TIMEOUT_SECONDS = 150;

/** The longest that a scheduled function may run (Cloud Functions quotas), and when a run begins nothing more. */
const RUN_TIMEOUT_SECONDS = 1800;
const RUN_SECONDS = 1500;

/** What is told of posts on X, and what keeps their history. */
export function analyticsTriggers(dependencies: () => Promise<AnalyticsDependencies>) {
  return {
    getAnalytics: callable(
      'getAnalytics',
      // The readings of 500 posts.
      { secrets: xSecrets, timeoutSeconds: CALL_TIMEOUT_SECONDS, memory: '512MiB' },
      async (_input, caller) => {
        const { getAnalytics } = await import('./getAnalytics.js');
        return getAnalytics(await dependencies(), caller);
      },
    ),
    snapshotPosts: scheduled(
      'snapshotPosts',
      {
        // A post is due once a day at most: the later runs of a day take up what the first ones left.
        schedule: 'every 1 hours',
        secrets: xSecrets,
        timeoutSeconds: RUN_TIMEOUT_SECONDS,
        maxInstances: 1,
        memory: '512MiB',
      },
      async () => {
        const deadline = new Date(Date.now() + RUN_SECONDS * 1000);
        const { snapshotPosts } = await import('./snapshotPosts.js');
        return { ...(await snapshotPosts(await dependencies(), deadline)) };
      },
    ),
  };
}
