import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { paths } from '@quikthread/contract';
import { PROJECT_ID, ROOT } from '../../scripts/platform/workspace.js';
import type { Session } from '../../scripts/platform/session.js';
import { assertFailed, pretendUpload } from '../support/jobs.js';
import { admin, closeAll, eventually, ports, signUpOn } from '../support/platform.js';

const run = promisify(execFile);
const HOUR_MS = 3_600_000;
const ago = (ms: number) => new Date(Date.now() - ms);

/** Runs a scheduled function as Cloud Scheduler would. */
async function runScheduled(name: string): Promise<void> {
  const path = `functions/projects/${PROJECT_ID}/triggers/us-central1-${name}-0`;
  const url = `http://${ports.host('functions')}/${path}`;
  const answer = await fetch(url, { method: 'POST', body: '{}' });
  assert.ok(answer.ok, `${name}: ${answer.status} ${await answer.text()}`);
}

/** Runs the operator's command on this platform. @returns what it counted */
async function ops(...args: string[]): Promise<Record<string, unknown>> {
  const script = join(ROOT, 'scripts/ops.ts');
  const env = { ...process.env, PORT_OFFSET: String(ports.offset) };
  const command = ['--import', 'tsx', script, ...args, '--emulators'];
  const { stdout } = await run(process.execPath, command, { cwd: ROOT, env });
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('maintenance by the clock, and by hand', function () {
  this.timeout(120_000);
  let user: Session;
  let firestore: ReturnType<typeof admin>['firestore'];
  let bucket: ReturnType<typeof admin>['bucket'];

  beforeEach(async () => {
    ({ firestore, bucket } = admin());
    await firestore.doc('maintenance/cleanupMedia').delete();
    user = await signUpOn('free');
  });
  after(closeAll);

  const userRef = () => firestore.doc(paths.user(user.userId));

  /** A job that has ended, for want of its file. */
  async function endedJob(): Promise<string> {
    const storagePath = await pretendUpload(user.userId);
    const { jobId } = await user.client.createJob({ type: 'upload', storagePath });
    await assertFailed(user, jobId, 'media_missing');
    return jobId;
  }

  /** Leaves the job as a run does that was killed, with its task lost. */
  async function stall(jobId: string, sweeps = 0): Promise<void> {
    const lease = { owner: 'killed', expiresAt: ago(2 * 60_000) };
    await firestore.doc(`jobs/${jobId}/private/run`).update({ end: null, lease, sweeps });
    const shown = { status: 'transcribing', error: null, errorCode: null, completedAt: null };
    await firestore.doc(paths.job(jobId)).update(shown);
    await userRef().update({ creditsReserved: 1 });
  }

  it('resetMonthlyQuotas begins a new month', async () => {
    await userRef().update({ creditsUsed: 2, resetDate: ago(1000) });
    await runScheduled('resetMonthlyQuotas');
    const stored = await userRef().get();
    assert.equal(stored.get('creditsUsed'), 0);
    const { resetDate, remaining } = await user.client.getQuota();
    assert.ok(Date.parse(resetDate) > Date.now());
    assert.equal(remaining, 2);
    const { updateTime } = await userRef().get();
    await runScheduled('resetMonthlyQuotas');
    assert.deepEqual((await userRef().get()).updateTime, updateTime);
  });

  it('createJob begins it too, for who does not wait', async () => {
    await userRef().update({ creditsUsed: 2, resetDate: ago(1000) });
    await endedJob();
    const stored = await userRef().get();
    assert.deepEqual([stored.get('creditsUsed'), stored.get('creditsReserved')], [0, 0]);
  });

  it('sweepStalledJobs takes a job up again, which then goes on to its end', async () => {
    const jobId = await endedJob();
    await stall(jobId);
    await runScheduled('sweepStalledJobs');
    await eventually(async () => {
      assert.equal((await user.client.getJob({ jobId })).errorCode, 'media_missing');
    });
    await assertFailed(user, jobId, 'media_missing');
  });

  it('sweepStalledJobs gives a job up that it took up too often', async () => {
    const jobId = await endedJob();
    await stall(jobId, 24);
    await runScheduled('sweepStalledJobs');
    await assertFailed(user, jobId, 'internal');
  });

  it('cleanupMedia deletes what a job has fetched', async () => {
    const jobId = await endedJob();
    const file = bucket.file(`users/${user.userId}/fetched/${jobId}`);
    await file.save('sound', { resumable: false });
    const change = { type: 'url', completedAt: ago(25 * HOUR_MS) };
    await firestore.doc(paths.job(jobId)).update(change);
    await runScheduled('cleanupMedia');
    assert.deepEqual(await file.exists(), [false]);
    assert.equal((await user.client.getJob({ jobId })).status, 'failed');
  });

  it('cleanupCaches deletes old analytics', async () => {
    const cache = firestore.doc(paths.analyticsCache(user.userId));
    await cache.set({ userId: user.userId, timestamp: ago(25 * HOUR_MS), data: {} });
    await runScheduled('cleanupCaches');
    assert.equal((await cache.get()).exists, false);
  });

  it('npm run ops does each for one user, and says what it did', async () => {
    const only = ['--user', user.userId];
    const jobId = await endedJob();
    await stall(jobId);
    const found = { found: 1, takenUp: 1, givenUp: 0, failed: 0, finished: true };
    assert.deepEqual(await ops('sweep-jobs', ...only, '--dry-run'), found);
    assert.equal((await user.client.getJob({ jobId })).status, 'transcribing');
    assert.deepEqual(await ops('sweep-jobs', ...only), found);
    await eventually(async () => {
      assert.equal((await user.client.getJob({ jobId })).status, 'failed');
    });
    await userRef().update({ resetDate: ago(1000) });
    assert.equal((await ops('reset-quotas', ...only))['reset'], 1);
    assert.equal((await ops('reset-quotas', ...only))['reset'], 0);
    assert.equal((await ops('cleanup-caches', ...only))['deleted'], 0);
    assert.equal((await ops('cleanup-media', ...only))['leftovers'], 0);
  });

  it('npm run ops touches nothing where it is not told where', async () => {
    const script = join(ROOT, 'scripts/ops.ts');
    const bare = run(process.execPath, ['--import', 'tsx', script, 'reset-quotas'], { cwd: ROOT });
    await assert.rejects(bare, (error: Error & { code?: number; stderr?: string }) => {
      assert.equal(error.code, 2);
      assert.match(error.stderr ?? '', /either --project ID or --emulators/);
      return true;
    });
  });
});
