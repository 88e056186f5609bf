import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { MIN_TWEETS, paths } from '@quikthread/contract';
import type { CallableInput, Post } from '@quikthread/contract';
import type { Session } from '../../scripts/platform/session.js';
import { admin, ports, signUpOn } from './platform.js';
import { pretendThreads } from './threads.js';
import { connectXAccount, timelineOf, usernameOf } from './x.js';

/** A user on the pro plan with an X account connected, and a job whose first option has tweets like no other's. */
export interface Poster {
  readonly session: Session;
  readonly username: string;
  readonly jobId: string;
  /** The texts of option 0. */
  readonly tweets: readonly string[];
  /** What a call posts an option with, the first unless told; another key each time. */
  readonly choice: (threadIndex?: number) => CallableInput<'postThread'>;
}

export async function signUpPoster(): Promise<Poster> {
  const session = await signUpOn('pro');
  const [jobId] = await Promise.all([pretendThreads(session), connectXAccount(session)]);
  const mark = randomUUID().slice(0, 8);
  const tweets = Array.from({ length: MIN_TWEETS }, (_, i) => `Tweet ${i + 1} of thread ${mark}.`);
  await session.client.updateThread({ jobId, threadIndex: 0, tweets });
  const choice = (threadIndex = 0) => ({ jobId, threadIndex, idempotencyKey: randomUUID() });
  return { session, username: usernameOf(session), jobId, tweets, choice };
}

/** Has a thread posted or stopped. @returns the post in the end */
export async function postAndWait({ session, choice }: Poster): Promise<Post> {
  const { postId } = await session.client.postThread(choice());
  return settled(session, postId);
}

/** Waits until a post goes on by itself no longer. */
export function settled({ client }: Session, postId: string, seconds = 100): Promise<Post> {
  return client.waitForPost(postId, { signal: AbortSignal.timeout(seconds * 1000) });
}

/** The post is complete, and the timeline has its tweets once, in order, each a reply to the one before. */
export async function assertPostedOnce(post: Post, username: string): Promise<void> {
  assert.equal(post.status, 'completed', `${post.errorCode ?? ''} ${post.error ?? ''}`);
  assert.equal(post.postedCount, post.tweets.length);
  await assertOut(post, username);
}

/**
 * The timeline has what the post says is out, in order, each tweet a reply to the one before, and of the
 * post's texts nothing else.
 */
export async function assertOut(post: Post, username: string): Promise<void> {
  const timeline = await timelineOf(username);
  const itsOwn = timeline.filter(({ text }) => post.tweets.includes(text));
  const seen = itsOwn.map(({ id, text, inReplyTo }) => ({ id, text, inReplyTo }));
  const expected = post.tweetIds.map((id, i) => ({
    id,
    text: post.tweets[i],
    inReplyTo: post.tweetIds[i - 1] ?? null,
  }));
  assert.deepEqual(seen, expected);
  assert.equal(post.postedCount, post.tweetIds.length);
  const [first] = post.tweetIds;
  const threadUrl = first && `http://${ports.host('x')}/${username}/status/${first}`;
  assert.equal(post.threadUrl, threadUrl ?? null);
}

/** Changes a post as nobody but the backend may. */
export async function changePost(postId: string, change: Record<string, unknown>): Promise<void> {
  await admin().firestore.doc(paths.post(postId)).update(change);
}
