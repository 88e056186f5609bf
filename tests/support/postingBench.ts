import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { paths, plans } from '@quikthread/contract';
import type { Post } from '@quikthread/contract';
import type { EngineDependencies, RunTask } from '../../functions/src/engine/dependencies.js';
import { runJob } from '../../functions/src/engine/run.js';
import { runTask } from '../../functions/src/engine/tasks.js';
import { postKind } from '../../functions/src/features/posting/kind.js';
import { makePost } from '../../functions/src/features/posting/makePost.js';
import { getPost } from '../../functions/src/features/posting/store.js';
import { toldLimits } from '../../functions/src/features/posting/xLimits.js';
import { systemClock } from '../../functions/src/platform/clock.js';
import { createXClient } from '../../functions/src/providers/x/client.js';
import { openFirestore } from '../../functions/src/testing/firestore.js';
import { finishedJob } from '../../functions/src/testing/finishedJob.js';
import { ports } from './platform.js';
import { openDependencies, openHere } from './xGrants.js';

/** A project of its own, where no function listens: what is posted here, this process posts. */
const PROJECT = 'demo-quikthread-posting';
const FUNCTION_SECONDS = 540;

/** Posting as the functions do it, in this process, so that a test can have dozens of threads under way at once. */
export interface PostingBench {
  readonly engine: EngineDependencies;
  /** Makes a post of these tweets, as `postThread` does. The user's X account is the one of the platform. */
  make(userId: string, tweets: readonly string[]): Promise<Post>;
  /** Runs a post's job, and what it schedules, until the post goes on by itself no longer. */
  run(post: Post, seconds?: number): Promise<Post>;
}

/** Close it by `closeGrants`. @param leaseSeconds shorter than the functions', where nothing needs it long */
export function openBench(leaseSeconds = 10): PostingBench {
  const open = openDependencies();
  const db = openFirestore(PROJECT);
  const apiBaseUrl = `http://${ports.host('x')}`;
  const limits = toldLimits();
  const openX = openHere({
    ...open,
    createClient: (credentials, userId) => {
      const onLimits = (told: Parameters<typeof limits.tell>[1]) => {
        limits.tell(userId, told);
      };
      return createXClient({ credentials, apiBaseUrl, onLimits });
    },
  });
  const shared = { db, clock: systemClock, openX, limits, timelineLagSeconds: 1 };
  const kind = postKind({ ...shared, webBaseUrl: apiBaseUrl });
  const tasks = new Map<string, RunTask[]>();
  const engine: EngineDependencies = {
    db,
    results: { save: refuse, load: refuse },
    schedule: (task) => {
      tasks.set(task.jobId, [...(tasks.get(task.jobId) ?? []), task]);
      return Promise.resolve();
    },
    clock: systemClock,
    random: Math.random,
    leaseSeconds,
    kindOf: () => Promise.resolve(kind),
  };
  const deadline = () => new Date(Date.now() + FUNCTION_SECONDS * 1000);

  return {
    engine,
    async make(userId, tweets) {
      const jobId = await writeSource(engine, userId, tweets);
      const choice = { jobId, threadIndex: 0, linksInLastReply: false };
      const caller = { userId, email: null, emailVerified: false, signedInAt: new Date() };
      const request = { ...choice, idempotencyKey: randomUUID() };
      return makePost({ engine, singleAccountMode: true }, request, caller);
    },
    async run({ postId, userId }, seconds = 120) {
      const end = Date.now() + seconds * 1000;
      await runJob(engine, postId, deadline());
      for (;;) {
        const post = await getPost(db, postId, userId);
        if (post.status !== 'posting' || Date.now() > end) return post;
        for (const task of tasks.get(postId) ?? []) await runTask(engine, task, deadline(), 0);
        await sleep(200);
      }
    },
  };
}

/** A user who may post, and a finished job whose first option is these tweets. @returns the job's id */
async function writeSource(
  { db }: EngineDependencies,
  userId: string,
  tweets: readonly string[],
): Promise<string> {
  const jobId = randomUUID();
  const { createdAt, ...job } = finishedJob({ jobId, userId });
  const at = new Date(createdAt);
  const [first] = job.threads ?? [];
  const threads = [{ ...first, editedTweets: tweets }];
  const times = { createdAt: at, updatedAt: at, completedAt: at };
  await db.doc(paths.job(jobId)).set({ ...job, threads, ...times });
  const { features, ...bounds } = plans.pro;
  const account = { creditsUsed: 0, creditsReserved: 0, resetDate: new Date('2099-01-01') };
  await db.doc(paths.user(userId)).set({ tier: 'pro', features, ...bounds, ...account });
  return jobId;
}

function refuse(): Promise<never> {
  return Promise.reject(new Error('posting keeps nothing in Storage'));
}
