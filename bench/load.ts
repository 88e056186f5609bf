import assert from 'node:assert/strict';
import { cpus } from 'node:os';
import { z } from 'zod';
import { portsAt, readPortOffset, TEST_PORT_OFFSET } from '../scripts/platform/ports.js';
import { deepgram } from '../tests/support/standIns.js';
import { SPEECH } from '../tests/support/jobs.js';
import { startInstance } from './load/instance.js';
import type { Instance } from './load/instance.js';
import { quantile } from './quantile.js';
import { timeFetches, timingProviders } from './load/providerTime.js';

/**
 * Many jobs of many users at once, through `createJob` and the job's event, with providers that answer at once:
 * `npm run bench:load`. Fails unless all complete, every quota is exact, and nobody waits for a document but for
 * another job of the same user.
 */
const loads = [
  { jobs: 10, users: 10, atOnce: false },
  { jobs: 10, users: 10, atOnce: true },
  { jobs: 200, users: 200, atOnce: true },
  { jobs: 200, users: 100, atOnce: true },
] as const;

const ports = portsAt(readPortOffset(process.env['PORT_OFFSET'], TEST_PORT_OFFSET));
const firestore = `http://${ports.host('firestore')}/emulator/v1`;

const usageSchema = z.object({
  reads: z.number(),
  writes: z.number(),
  contention: z.object({
    waits: z.number(),
    aborts: z.number(),
    paths: z.record(z.string(), z.number()),
  }),
});

async function usage() {
  return usageSchema.parse(await (await fetch(`${firestore}/usage`)).json());
}

// The functions log by what the console is when they are loaded.
for (const level of ['debug', 'info', 'warn'] as const) console[level] = () => undefined;
timeFetches([ports.host('deepgram'), ports.host('gemini')]);
const started = await startInstance(ports);
// The first job loads the SDKs, and is not counted.
await runLoad(started, { jobs: 1, users: 1, atOnce: false }, 'warm-up');
const rows: Record<string, Record<string, number>> = {};
for (const [index, load] of loads.entries()) {
  const title = `${load.jobs} jobs of ${load.users} users${load.atOnce ? '' : ', in turn'}`;
  rows[title] = await runLoad(started, load, `load-${index}`);
}
console.log(`${cpus().length} cores, Node ${process.version}, ${new Date().toISOString()}`);
console.table(rows);
await started.close();

async function runLoad(
  instance: Instance,
  load: { readonly jobs: number; readonly users: number; readonly atOnce: boolean },
  name: string,
): Promise<Record<string, number>> {
  // More than there are jobs: on a slow machine a client may ask again.
  await deepgram.fault({ answer: { transcript: SPEECH }, times: 2 * load.jobs });
  const users = await inTurn(load.users, async (index) => {
    const userId = `${name}-user-${index}`;
    return { userId, storagePath: await instance.addUser(userId) };
  });
  const before = await usage();
  const startedAt = performance.now();
  const runs = await (load.atOnce ? atOnce : inTurn)(load.jobs, async (index) => {
    const user = users[index % users.length] ?? assert.fail();
    const begunAt = performance.now();
    const { ms, jobId } = await timingProviders(async () => {
      return { jobId: await instance.runJob(user.userId, user.storagePath) };
    });
    return { jobId, overheadMs: performance.now() - begunAt - ms };
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const after = await usage();
  for (const { jobId } of runs) {
    const { status, threads, error } = await instance.readJob(jobId);
    assert.equal(status, 'completed', error ?? jobId);
    assert.equal(threads?.length, 5);
  }
  for (const { userId } of users) {
    const { creditsUsed, creditsReserved } = await instance.readQuota(userId);
    assert.deepEqual(
      { creditsUsed, creditsReserved },
      { creditsUsed: load.jobs / load.users, creditsReserved: 0 },
    );
  }
  const contended = Object.keys(after.contention.paths);
  const mayWait = load.jobs > load.users ? isOwnedByOneUser : () => false;
  assert.deepEqual(
    contended.filter((path) => !mayWait(path)),
    [],
  );
  const overheads = runs.map(({ overheadMs }) => overheadMs);
  return {
    'jobs/s': round(load.jobs / seconds),
    'overhead p50 ms': Math.round(quantile(overheads, 0.5)),
    'overhead p95 ms': Math.round(quantile(overheads, 0.95)),
    'reads/job': round((after.reads - before.reads) / load.jobs),
    'writes/job': round((after.writes - before.writes) / load.jobs),
    'lock waits': after.contention.waits - before.contention.waits,
    aborts: after.contention.aborts - before.contention.aborts,
  };
}

function isOwnedByOneUser(path: string): boolean {
  return /^(users|rate-limits)\/[^/]+-user-\d+$/.test(path);
}

function atOnce<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => work(index)));
}

async function inTurn<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let index = 0; index < count; index += 1) results.push(await work(index));
  return results;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
