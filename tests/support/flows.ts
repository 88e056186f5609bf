import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import type { ValidUpload } from '@quikthread/client';
import { plans } from '@quikthread/contract';
import type { JobStatus, PaidTier, Post, Tier } from '@quikthread/contract';
import type { Session } from '../../scripts/platform/session.js';
import { SPEECH } from './jobs.js';
import { recordingOf } from './media.js';
import { admin } from './platform.js';
import { buyPlan } from './polar.js';
import { assertRefused } from './refusals.js';
import type { FaultRequest } from './standIns.js';
import { approve, redirect, timelineOf, usernameOf } from './x.js';

/** Uploads a recording of so many minutes as a front end would. */
export async function uploadMinutes({ client }: Session, minutes: number): Promise<ValidUpload> {
  const file = await openAsBlob(await recordingOf(minutes));
  return client.uploadMedia(file, { name: 'talk.mp3' });
}

/** Buys a plan, which takes effect whole; bought again, it is refused. */
export async function assertBoughtFromPolar(session: Session, plan: PaidTier): Promise<void> {
  const { client } = session;
  await buyPlan(session, plan);
  const { tier, maxCredits, maxDuration, features } = await client.getProfile();
  assert.equal(tier, plan);
  assert.deepEqual({ maxCredits, maxDuration, features }, plans[plan]);
  const again = client.createCheckout({ plan });
  await assertRefused(again, 'failed-precondition', { code: 'already_on_plan', plan });
}

/** The Deepgram stand-in's words of a transcript come one every so many seconds. */
const WORD_SECONDS = 0.4;

/** Has the Deepgram stand-in hear `SPEECH` over and over in this user's next recording, for so many minutes. */
export function speechOfMinutes({ userId }: Session, minutes: number): FaultRequest {
  const words = SPEECH.split(' ');
  const length = (minutes * 60) / WORD_SECONDS;
  const heard = Array.from({ length }, (_, index) => words[index % words.length]);
  return { match: userId, answer: { transcript: heard.join(' ') } };
}

/** How many jobs run at once: each takes a process of the functions emulator. */
const JOBS_AT_ONCE = 4;
/** How many jobs a user may create in a minute. */
const JOBS_A_BATCH = 10;

/** Completes so many jobs of one upload. @returns them */
export async function completeJobs(
  session: Session,
  storagePath: string,
  count: number,
): Promise<readonly JobStatus[]> {
  const done: JobStatus[] = [];
  while (done.length < count) {
    await forgetCalls(session);
    let left = Math.min(JOBS_A_BATCH, count - done.length);
    const work = async () => {
      while (left > 0) {
        left -= 1;
        done.push(await completeJob(session, storagePath));
      }
    };
    await Promise.all(Array.from({ length: JOBS_AT_ONCE }, work));
  }
  return done;
}

/** Has a job made of an upload. @returns it, completed, with five threads */
export async function completeJob({ client }: Session, storagePath: string): Promise<JobStatus> {
  const { jobId } = await client.createJob({ type: 'upload', storagePath });
  const job = await client.waitForJob(jobId);
  assert.equal(job.status, 'completed', job.error ?? '');
  assert.equal(job.threads?.length, 5);
  return job;
}

/**
 * Forgets, as the operator, how often the user called. A month's jobs are more than the product lets a user
 * create in the few minutes that they take here, with providers that answer at once.
 */
async function forgetCalls({ userId }: Session): Promise<void> {
  await admin().firestore.doc(`rate-limits/${userId}`).delete();
}

/** The month's credits are used: another job is refused, with the plan that has more, and is not made. */
export async function assertNoCreditLeft(
  session: Session,
  storagePath: string,
  nextPlan: Tier | null,
): Promise<void> {
  const { client } = session;
  await forgetCalls(session);
  const before = await client.getQuota();
  const { creditsUsed, creditsReserved, maxCredits, remaining, resetDate } = before;
  assert.deepEqual([creditsUsed, creditsReserved, remaining], [maxCredits, 0, 0]);
  const jobs = await jobsOf(session);
  await assertRefused(client.createJob({ type: 'upload', storagePath }), 'resource-exhausted', {
    code: 'quota_exceeded',
    creditsUsed,
    creditsReserved,
    maxCredits,
    nextPlan,
    resetDate,
  });
  assert.deepEqual(await jobsOf(session), jobs);
  assert.equal(jobs.length, maxCredits);
  assert.ok(jobs.every(({ status }) => status === 'completed'));
  assert.deepEqual(await client.getQuota(), before);
}

/** All jobs of a user, newest first. */
async function jobsOf({ client }: Session): Promise<readonly JobStatus[]> {
  const all: JobStatus[] = [];
  let cursor: string | undefined;
  do {
    const { jobs, nextCursor } = await client.listJobs({ pageSize: 50, ...(cursor && { cursor }) });
    all.push(...jobs);
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}

/** Connects an account as a front end does: X is asked in the browser, which comes back to an address. */
export async function connectInBrowser(session: Session): Promise<void> {
  const { client } = session;
  const returnUrl = 'http://localhost:5173/settings?tab=accounts';
  const { authorizationUrl } = await client.connectX({ returnUrl });
  const returned = await redirect(await approve(authorizationUrl, usernameOf(session)));
  assert.ok(returned.href.startsWith(`${returnUrl}&`), returned.href);
  const outcome = await client.completeXConnection(returned);
  assert.equal(outcome?.account?.username, usernameOf(session));
  assert.deepEqual((await client.getProfile()).xAccount, outcome.account);
}

/** Posts one option of a job, and waits until all of it is out. */
export async function postOption(
  { client }: Session,
  jobId: string,
  threadIndex: number,
): Promise<Post> {
  const choice = { jobId, threadIndex, idempotencyKey: randomUUID() };
  const { postId } = await client.postThread(choice);
  const seen: number[] = [];
  const posted = await client.waitForPost(postId, {
    onChange: ({ postedCount }) => seen.push(postedCount),
  });
  assert.equal(posted.status, 'completed', posted.error ?? '');
  assert.equal(posted.postedCount, posted.tweets.length);
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  );
  return posted;
}

/** These threads stand on the timeline and nothing else, each tweet a reply to the one before it in its thread. */
export async function assertOnTimeline(
  session: Session,
  ...threads: readonly (readonly string[])[]
): Promise<void> {
  const timeline = await timelineOf(usernameOf(session));
  assert.deepEqual(
    timeline.map(({ text }) => text),
    threads.flat(),
  );
  const expected = threads.flatMap((tweets) => tweets.map((_, place) => place > 0));
  for (const [index, { inReplyTo }] of timeline.entries()) {
    assert.equal(inReplyTo, expected[index] ? timeline[index - 1]?.id : null);
  }
}
