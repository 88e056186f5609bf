import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { endedStates } from '@quikthread/contract';
import type { CreateJobInput, JobStatus, Tier } from '@quikthread/contract';
import { QuikThreadError } from '@quikthread/client';
import type { QuikThreadClient } from '@quikthread/client';
import { closeAdmin, setPlan } from '../platform/operator.js';
import type { Ports } from '../platform/ports.js';
import { openSession } from '../platform/session.js';
import type { Session } from '../platform/session.js';
import type { DemoOptions } from './arguments.js';
import { buyPlan } from './plan.js';
import { analyseAfterADay, postFirstThread } from './posting.js';
import type { ProgressDisplay } from './progress.js';
import { DemoRefused } from './refused.js';
import type { DemoResult } from './report.js';
import type { StepClock } from './timings.js';

/**
 * One user's way through the platform, as a front end goes it: sign-up, upload, job, result, and as
 * far as asked posting and analytics.
 * @throws DemoRefused where the backend refuses something or the job fails.
 */
export async function runDemo(
  ports: Ports,
  options: DemoOptions,
  clock: StepClock,
  display: ProgressDisplay,
): Promise<DemoResult> {
  clock.begin('sign-up');
  const session = await openSession(ports, options.email);
  const { client } = session;
  try {
    await openPlan(ports, session, options.tier, clock);
    const input = await prepareInput(client, options.source, clock, display);
    clock.begin('job creation');
    const { jobId } = await client.createJob(input);
    const job = await followJob(client, jobId, clock, display);
    const posting = options.post
      ? await postFirstThread(ports, client, jobId, clock, display)
      : null;
    const analytics = options.analytics ? await analyseAfterADay(ports, client, clock) : null;
    clock.begin('reading results');
    const [transcript, quota] = await Promise.all([client.getTranscript(jobId), client.getQuota()]);
    clock.end();
    return { job, transcript, quota, posting, analytics, timings: clock.timings };
  } catch (error) {
    if (!(error instanceof QuikThreadError)) throw error;
    const code = error.code ?? error.status;
    throw new DemoRefused(`${error.message} (${code})`, { cause: error });
  } finally {
    display.end();
    await session.close();
    await closeAdmin();
  }
}

/** Buys the plan, where a new user wants one; who comes back on another is put on it by the operator. */
async function openPlan(
  ports: Ports,
  { client, userId }: Session,
  tier: Tier,
  clock: StepClock,
): Promise<void> {
  const { tier: before } = await client.initUser();
  if (before === tier) return;
  if (before !== 'free' || tier === 'free') return setPlan(ports, userId, tier);
  clock.begin('buying the plan');
  await buyPlan(ports, client, tier);
}

async function prepareInput(
  client: QuikThreadClient,
  source: DemoOptions['source'],
  clock: StepClock,
  display: ProgressDisplay,
): Promise<CreateJobInput> {
  if ('url' in source) return { type: 'url', contentUrl: source.url };
  clock.begin('upload');
  const file = await openAsBlob(source.file);
  const { storagePath } = await client.uploadMedia(file, {
    name: basename(source.file),
    onProgress: ({ bytesTransferred, totalBytes }) => {
      const note = `${megabytes(bytesTransferred)} of ${megabytes(totalBytes)} MB`;
      display.show('uploading', bytesTransferred / totalBytes, note);
      if (bytesTransferred === totalBytes) clock.begin('validation');
    },
  });
  return { type: 'upload', storagePath };
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}

async function followJob(
  client: QuikThreadClient,
  jobId: string,
  clock: StepClock,
  display: ProgressDisplay,
): Promise<JobStatus> {
  const job = await client.waitForJob(jobId, {
    onChange: ({ status, progress }) => {
      if (!endedStates.includes(status)) clock.begin(status);
      display.show(status, progress / 100);
    },
  });
  if (job.status === 'completed') return job;
  const code = job.errorCode ? ` (${job.errorCode})` : '';
  throw new DemoRefused(`${job.error ?? `The job was ${job.status}.`}${code}`);
}
