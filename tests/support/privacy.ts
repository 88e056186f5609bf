import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { paths } from '@quikthread/contract';
import type { CallableName } from '@quikthread/contract';
import { getAuth } from 'firebase/auth';
import type { CollectionReference, DocumentReference } from 'firebase-admin/firestore';
import { z } from 'zod';
import { unzip } from '../../functions/src/testing/unzip.js';
import type { Session } from '../../scripts/platform/session.js';
import { PROJECT_ID } from '../../scripts/platform/workspace.js';
import { pretendPost, pretendSnapshot, tweetThread } from './analytics.js';
import { assertCompletedOnce, speechOf, uploadTone } from './jobs.js';
import { admin, eventually, ports, setPlan, signUpOn } from './platform.js';
import { deepgram } from './standIns.js';
import { approve, connectXAccount, redirect } from './x.js';

/** A user of whom there is something everywhere, and what it is known by. */
export interface RichUser {
  readonly session: Session;
  readonly storagePath: string;
  readonly jobId: string;
  readonly postId: string;
  readonly tweetIds: readonly string[];
}

/**
 * A business user with a recording and its finished job, a post that is out and one that is scheduled, with
 * readings, analytics, an X account, one that is not confirmed and one on its way, and entries in the logs.
 */
export async function signUpRich(): Promise<RichUser> {
  const session = await signUpOn('free');
  const { client } = session;
  await deepgram.fault(speechOf(session));
  const storagePath = await uploadTone(session);
  const { jobId } = await client.createJob({ type: 'upload', storagePath });
  await assertCompletedOnce(session, jobId);
  await setPlan(session.userId, 'business');
  await connectXAccount(session);
  await redirect(await approve((await client.connectX()).authorizationUrl, 'unconfirmed'));
  await client.connectX();
  const tweetIds = await tweetThread(session, 2);
  const postId = await pretendPost(session, tweetIds);
  await pretendSnapshot(session, postId, new Date(), { [tweetIds[0] ?? '']: 1 });
  const at = new Date(Date.now() + 24 * 3600 * 1000).toISOString();
  await client.schedulePost({ jobId, threadIndex: 1, idempotencyKey: randomUUID(), at });
  await client.getAnalytics();
  await pretendError(session);
  await pretendWebhook(session);
  return { session, storagePath, jobId, postId, tweetIds };
}

/** Something went wrong for this user. */
async function pretendError({ userId }: Session): Promise<void> {
  const context = { userId, correlationId: null };
  await admin()
    .firestore.collection('error-logs')
    .add({ message: `Error: ${userId}`, context });
}

/** Polar told of this user: a webhook whose user was found, one whose was not, and what is kept of both. */
async function pretendWebhook({ userId }: Session): Promise<void> {
  const { firestore } = admin();
  const logs = firestore.collection('webhook-logs');
  await logs.add({ userId, event: { customer: { id: 'c1', externalId: null } } });
  await logs.add({ userId: null, event: { customer: { id: 'c2', externalId: userId } } });
  await firestore.collection('billing-pending').add({ externalId: userId, state: {} });
}

/** Waits for an export and reads it, by its link and without credentials. */
export async function download(
  { client }: Session,
  jobId: string,
): Promise<ReadonlyMap<string, Buffer>> {
  const job = await client.waitForJob(jobId);
  assert.equal(job.status, 'completed', job.error ?? '');
  const { url } = await client.getExport({ jobId });
  const answer = await fetch(url);
  assert.equal(answer.status, 200);
  return unzip(Buffer.from(await answer.arrayBuffer()));
}

/** A JSON file of an archive that is an array of documents. */
export function documentsIn(archive: ReadonlyMap<string, Buffer>, name: string) {
  const content = archive.get(name) ?? assert.fail(`no ${name}`);
  return z.array(z.looseObject({ id: z.string() })).parse(JSON.parse(content.toString('utf8')));
}

/** Every document of the database, those too that only have others below them, by path. */
export async function everyDocument(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  await collect(await admin().firestore.listCollections(), found);
  return found;
}

async function collect(
  collections: readonly CollectionReference[],
  found: Map<string, string>,
): Promise<void> {
  for (const collection of collections) {
    const refs: DocumentReference[] = await collection.listDocuments();
    for (const ref of refs) {
      const snapshot = await ref.get();
      if (snapshot.exists) found.set(ref.path, JSON.stringify(snapshot.data()));
      await collect(await ref.listCollections(), found);
    }
  }
}

/** Every document and file that names any of these, and in which collection or folder each is. */
export async function whatNames(...texts: readonly string[]): Promise<readonly string[]> {
  const documents = [...(await everyDocument())].filter(([path, json]) =>
    texts.some((text) => path.includes(text) || json.includes(text)),
  );
  const [files] = await admin().bucket.getFiles();
  const named = files.filter(({ name }) => texts.some((text) => name.includes(text)));
  return [...documents.map(([path]) => path), ...named.map(({ name }) => name)].sort();
}

/** The state of a user's deletion; null where there is none, or no longer. */
export async function deletionOf(userId: string) {
  const snapshot = await admin().firestore.doc(`deletions/${userId}`).get();
  const data = snapshot.data();
  if (!data) return null;
  const schema = z.object({
    stage: z.string(),
    ended: z.array(z.string()),
    tries: z.record(z.string(), z.number()),
    tokensEndAt: z.unknown(),
  });
  return schema.parse(data);
}

/** Waits until a deletion has come to where it waits for the account's tokens to run out. */
export async function untilAccountGone(userId: string, seconds = 60): Promise<void> {
  await eventually(async () => {
    const deletion = await deletionOf(userId);
    assert.ok(deletion?.tokensEndAt && deletion.stage === 'remainder', deletion?.stage);
  }, seconds);
}

/** Lets the hour be over that the account's tokens are good for, and waits for the deletion's end. */
export async function endDeletion(userId: string): Promise<void> {
  await untilAccountGone(userId);
  await admin().firestore.doc(`deletions/${userId}`).update({ tokensEndAt: new Date() });
  await eventually(async () => {
    assert.equal(await deletionOf(userId), null);
  }, 90);
}

/** A callable's refusal, called with a token of this user's who signed in so long ago. */
export async function callAfterSignIn(
  { app }: Session,
  secondsAgo: number,
  name: CallableName,
  data: unknown,
): Promise<unknown> {
  const token = (await getAuth(app).currentUser?.getIdToken()) ?? assert.fail('nobody signed in');
  const [header, claims] = token.split('.');
  const payload = z
    .looseObject({ auth_time: z.number() })
    .parse(JSON.parse(Buffer.from(claims ?? '', 'base64url').toString('utf8')));
  const aged = { ...payload, auth_time: Math.floor(Date.now() / 1000) - secondsAgo };
  // The emulator reads tokens without their signature.
  const forged = `${header ?? ''}.${Buffer.from(JSON.stringify(aged)).toString('base64url')}.`;
  const url = `http://${ports.host('functions')}/${PROJECT_ID}/us-central1/${name}`;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${forged}` };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ data }) });
  return answer.json();
}

/** Makes an export one that ended so many hours ago. */
export async function ageExport(jobId: string, hours: number): Promise<void> {
  const completedAt = new Date(Date.now() - hours * 3600 * 1000);
  await admin().firestore.doc(paths.job(jobId)).update({ completedAt });
}
