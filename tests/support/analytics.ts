import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { paths } from '@quikthread/contract';
import type { Post } from '@quikthread/contract';
import { PROJECT_ID } from '../../scripts/platform/workspace.js';
import type { Session } from '../../scripts/platform/session.js';
import { admin, ports, signUpOn } from './platform.js';
import { x } from './standIns.js';
import { connectXAccount, usernameOf } from './x.js';
import { openHere } from './xGrants.js';

const DAY_MS = 24 * 3600 * 1000;

export const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY_MS);

/** A user on the business plan with an X account connected. */
export async function signUpAnalyst(): Promise<Session> {
  const session = await signUpOn('business');
  await connectXAccount(session);
  return session;
}

/** Has a thread stand on X, past the backend. @returns its tweets' ids, in order */
export async function tweetThread({ userId }: Session, length: number): Promise<string[]> {
  const signal = AbortSignal.timeout(30_000);
  const { client } = await openHere()(userId, signal);
  const mark = randomUUID().slice(0, 8);
  const ids: string[] = [];
  for (let i = 1; i <= length; i += 1) {
    const tweet = { text: `Measured ${mark}, tweet ${i}.`, inReplyTo: ids.at(-1) ?? null };
    ids.push(await client.postTweet(tweet, signal));
  }
  return ids;
}

/** What a written post may have otherwise than one that was completed just now. */
export type PostChange = Partial<Pick<Post, 'status' | 'missingTweetIds'>> & {
  readonly startedAt?: Date;
  readonly nextSnapshotAt?: Date | null;
};

/** Writes a post of these tweets as the backend would have left it. @returns its id */
export async function pretendPost(
  session: Session,
  tweetIds: readonly string[],
  { startedAt = new Date(), ...change }: PostChange = {},
): Promise<string> {
  const { userId } = session;
  const username = usernameOf(session);
  const ref = admin().firestore.collection(paths.posts).doc();
  await ref.set({
    postId: ref.id,
    userId,
    jobId: 'pretended',
    threadIndex: 0,
    status: 'completed',
    tweets: tweetIds.map((_, index) => `Tweet ${index + 1}.`),
    tweetIds,
    postedCount: tweetIds.length,
    threadUrl: `http://${ports.host('x')}/${username}/status/${tweetIds[0] ?? ''}`,
    username,
    xUserId: '1',
    linksInLastReply: false,
    scheduledAt: null,
    postedAt: startedAt,
    resumesAt: null,
    error: null,
    errorCode: null,
    missingTweetIds: [],
    createdAt: startedAt,
    updatedAt: startedAt,
    ...change,
  });
  return ref.id;
}

/** Writes a snapshot as it would have been taken then: likes by tweet id, a hundred times as many impressions. */
export async function pretendSnapshot(
  { userId }: Session,
  postId: string,
  takenAt: Date,
  likes: Readonly<Record<string, number>>,
): Promise<void> {
  const none = { retweets: 0, replies: 0, bookmarks: 0, quotes: 0 };
  const unread = { linkClicks: null, profileClicks: null };
  const tweets = Object.fromEntries(
    Object.entries(likes).map(([id, count]) => [
      id,
      { impressions: count * 100, likes: count, ...none, ...unread },
    ]),
  );
  const day = takenAt.toISOString().slice(0, 10);
  const path = `${paths.post(postId)}/snapshots/${day}`;
  await admin().firestore.doc(path).set({ userId, takenAt, tweets });
}

/** A post's snapshots, oldest first, as they are stored. */
export async function snapshotsOf(postId: string): Promise<readonly Record<string, unknown>[]> {
  const snapshots = admin().firestore.collection(`${paths.post(postId)}/snapshots`);
  const { docs } = await snapshots.orderBy('takenAt').get();
  return docs.map((document) => ({ id: document.id, ...document.data() }));
}

/** When a post is to be read next, or null; undefined where nothing is said of it. */
export async function nextSnapshotOf(postId: string): Promise<Date | null | undefined> {
  const post = await admin().firestore.doc(paths.post(postId)).get();
  const at = post.get('nextSnapshotAt') as { toDate(): Date } | null | undefined;
  return at ? at.toDate() : at;
}

/** A call that read tweets at X: which, and whether private metrics were asked for. */
interface LookUp {
  readonly ids: readonly string[];
  readonly withPrivate: boolean;
}

/** The calls that read tweets, in order. */
export async function lookUps(): Promise<readonly LookUp[]> {
  const requests = await x.journal();
  return requests
    .filter(({ method, path }) => `${method} ${path}` === 'GET /2/tweets')
    .map(({ query }) => ({
      ids: (query['ids'] ?? '').split(','),
      withPrivate: (query['tweet.fields'] ?? '').includes('non_public_metrics'),
    }));
}

/** Of the calls that read any of these tweets, in order: how many each read, and how. */
export async function lookUpsOf(tweetIds: readonly string[]) {
  return (await lookUps())
    .filter(({ ids }) => ids.some((id) => tweetIds.includes(id)))
    .map(({ ids, withPrivate }) => ({ tweets: ids.length, withPrivate }));
}

/** Has the scheduled function run, as Cloud Scheduler would. */
export async function runSnapshots(): Promise<void> {
  const name = 'us-central1-snapshotPosts-0';
  const url = `http://${ports.host('functions')}/functions/projects/${PROJECT_ID}/triggers/${name}`;
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: '{}' });
  assert.ok(answer.ok, `${answer.status} ${await answer.text()}`);
}
