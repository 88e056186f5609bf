import { jobsUnderWay, lookAt, stalledRuns, sweep } from '../../engine/stalled.js';
import type { SweepDependencies, SweepPlan } from '../../engine/stalled.js';
import { pagesOf } from './pages.js';
import { count, forEachItem } from './run.js';
import type { RunOptions } from './run.js';

/** What a run came to, in jobs. */
export interface SweepCounts {
  /** Looked at. */
  readonly found: number;
  readonly takenUp: number;
  /** Failed, with their credit returned. */
  readonly givenUp: number;
  readonly failed: number;
  readonly finished: boolean;
}

/**
 * Finds jobs that are under way and have nobody left to look after them, and takes them up again, or, after
 * many times or a long time, fails them (engine/stalled.ts has the rules). `limit` is for each of its queries.
 */
export async function sweepJobs(
  deps: SweepDependencies,
  { now, limit, userId, dryRun }: RunOptions,
): Promise<SweepCounts> {
  const { db } = deps;
  const outcomes: (SweepPlan | null)[] = [];
  let finished = true;
  const sweepAll = async (jobIds: readonly string[]) => {
    const work = (jobId: string) => (dryRun ? lookAt(db, jobId, now) : sweep(deps, jobId, now));
    outcomes.push(...(await forEachItem(jobIds, (jobId) => `jobs/${jobId}`, work)));
  };
  if (userId !== null) {
    await sweepAll(await jobsUnderWay(db, userId));
  } else {
    for (const query of stalledRuns(db, now)) {
      let seen = 0;
      for await (const page of pagesOf(query, limit)) {
        seen += page.length;
        await sweepAll(page.map(({ ref }) => ref.parent.parent?.id ?? ''));
      }
      finished &&= seen < limit;
    }
  }
  const [takenUp, givenUp] = [count(outcomes, 'take up'), count(outcomes, 'give up')];
  return { found: outcomes.length, takenUp, givenUp, failed: count(outcomes, null), finished };
}
