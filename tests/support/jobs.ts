import assert from 'node:assert/strict';
import { openAsBlob } from 'node:fs';
import { paths, uploadIdOf } from '@quikthread/contract';
import type { JobStatus, Upload } from '@quikthread/contract';
import type { Session } from '../../scripts/platform/session.js';
import { makeTone } from './media.js';
import { admin } from './platform.js';
import type { FaultRequest } from './standIns.js';

/** What is said in recordings that are tones: enough to write threads about. */
export const SPEECH =
  `Three years ago I opened a small bakery with my sister. We made ten kinds of bread,
and nobody came. Then an old man asked me a simple question. Which one should I buy. I could not say.
So the next day we sold only one kind of bread, and a sign said that it was very good. We sold forty
loaves before noon. People do not want more choice. They want someone who has chosen well. Today we
have four employees and two kinds of bread, and every morning there is a line at the door.`.replace(
    /\s+/g,
    ' ',
  );

/** Has the Deepgram stand-in hear `SPEECH` in whatever it is given, as often as a test may need. */
export const scriptedSpeech: FaultRequest = { answer: { transcript: SPEECH }, times: 20 };

/**
 * Has the Deepgram stand-in hear `SPEECH` in this user's recordings alone. It names the user, so that
 * Gemini's faults and journal, which see what was said, can be told apart by the user too.
 */
export function speechOf({ userId }: Session): FaultRequest {
  const transcript = `${SPEECH} This is recording ${userId}.`;
  return { match: userId, answer: { transcript }, times: 20 };
}

/** Uploads a short recording as a front end would. @returns its Storage path, once it is valid */
export async function uploadTone({ client }: Session): Promise<string> {
  const file = await openAsBlob(await makeTone(15, 'wav'));
  return (await client.uploadMedia(file, { name: 'talk.wav' })).storagePath;
}

/**
 * Writes what validation might have found of an upload, past the rules and without a file: a job
 * of a valid one fails as `media_missing`, quickly. @returns its Storage path
 */
export async function pretendUpload(
  userId: string,
  findings: Partial<Upload> = {},
): Promise<string> {
  const filename = `pretended-${findings.reason ?? findings.status ?? findings.duration ?? 'valid'}.mp3`;
  const storagePath = `users/${userId}/uploads/${filename}`;
  await admin()
    .firestore.doc(paths.upload(uploadIdOf(userId, filename)))
    .set({ ...validUpload(userId, storagePath), ...findings });
  return storagePath;
}

/** What validation finds of a minute's recording. */
export function validUpload(userId: string, storagePath: string, generation = '1'): Upload {
  return {
    userId,
    storagePath,
    generation,
    status: 'valid',
    reason: null,
    message: null,
    container: 'mp3',
    codec: 'mp3',
    bytes: 2_000_000,
    duration: 60,
  };
}

/** Waits for a job's end: completed, with five threads, and of this user's credits exactly one used. */
export async function assertCompletedOnce({ client }: Session, jobId: string): Promise<JobStatus> {
  const job = await client.waitForJob(jobId);
  assert.equal(job.status, 'completed', job.error ?? '');
  assert.equal(job.threads?.length, 5);
  const { creditsUsed, creditsReserved } = await client.getQuota();
  assert.deepEqual({ creditsUsed, creditsReserved }, { creditsUsed: 1, creditsReserved: 0 });
  return job;
}

/** Waits for a job's failure with this code; its credit has come back and nothing of a cause shows. */
export async function assertFailed(
  { client }: Session,
  jobId: string,
  errorCode: JobStatus['errorCode'],
): Promise<JobStatus> {
  const job = await client.waitForJob(jobId);
  assert.deepEqual([job.status, job.errorCode], ['failed', errorCode]);
  assert.ok(job.error && job.completedAt);
  assert.doesNotMatch(job.error, /https?:|Error|local-/);
  const { creditsUsed, creditsReserved } = await client.getQuota();
  assert.deepEqual({ creditsUsed, creditsReserved }, { creditsUsed: 0, creditsReserved: 0 });
  return job;
}
