import { paths } from '@quikthread/contract';
import type { Firestore } from 'firebase-admin/firestore';
import type { Caller } from '../../platform/callable.js';
import { JobError } from '../../platform/errors.js';
import { log } from '../../platform/log.js';
import { asXCallError } from '../../platform/xErrors.js';
import type { OpenXConnection, XConnection } from '../../providers/x/types.js';
import { findTweet } from './findTweet.js';
import type { FindDependencies, Sought } from './findTweet.js';
import { getPost, readOwnPost, readPost, readSend, sendPath } from './store.js';
import type { StoredPost } from './store.js';
import { requireSameAccount } from './tweetStep.js';

export interface DeletePostDependencies extends FindDependencies {
  readonly openX: OpenXConnection;
}

/** How long one call may work on it; called again, it goes on. */
const TIME_LIMIT_SECONDS = 270;

/**
 * Removes from X what was posted, the last tweet first, and keeps account of each. Goes on where an earlier
 * call was cut short; a post that is deleted already stays so.
 * @throws CallError `post_missing`, `post_not_yours`, `post_wrong_state`, and those of X
 */
export async function deletePost(
  deps: DeletePostDependencies,
  { postId }: { readonly postId: string },
  { userId }: Caller,
): Promise<StoredPost> {
  const { db, clock } = deps;
  const post = await beginDeletion(deps, postId, userId);
  if (post.status === 'deleted') return post;
  const limit = AbortSignal.timeout(TIME_LIMIT_SECONDS * 1000);
  try {
    await removeTweets(deps, post, limit);
  } catch (error) {
    throw asXCallError(limit.aborted ? outOfTime(error) : error, clock());
  }
  const cleared = { error: null, errorCode: null, resumesAt: null, updatedAt: clock() };
  await db.doc(paths.post(postId)).update({ status: 'deleted', ...cleared });
  log('INFO', 'post deleted', { postId, userId, tweets: post.postedCount });
  return getPost(db, postId, userId);
}

/** From here on nothing resumes the post. */
async function beginDeletion(
  { db, clock }: DeletePostDependencies,
  postId: string,
  userId: string,
): Promise<StoredPost> {
  return db.runTransaction(async (transaction) => {
    const wanted = ['completed', 'stopped', 'deleting', 'deleted'] as const;
    const post = await readOwnPost(transaction, db, postId, userId, wanted);
    if (post.status === 'deleted') return post;
    transaction.update(db.doc(paths.post(postId)), { status: 'deleting', updatedAt: clock() });
    return { ...post, status: 'deleting' };
  });
}

async function removeTweets(
  deps: DeletePostDependencies,
  post: StoredPost,
  signal: AbortSignal,
): Promise<void> {
  const { db, clock } = deps;
  const { postId, userId, tweetIds } = post;
  const next = readSend(await db.doc(sendPath(postId)).get(), tweetIds.length);
  const doubtful = next?.doubtful ? next : null;
  if (tweetIds.length === 0 && !doubtful) return;
  const connection = await deps.openX(userId, signal);
  const { xUserId, username } = post;
  const began = xUserId !== null && username !== null ? { xUserId, username } : doubtful;
  requireSameAccount(began, connection.identity);
  const text = post.tweets[tweetIds.length];
  if (doubtful && text !== undefined) {
    const sought = { ...doubtful, postId, text, inReplyTo: tweetIds.at(-1) ?? null };
    await removeDoubtful(deps, connection, sought, signal);
  }
  for (const tweetId of tweetIds.toReversed()) {
    await connection.client.deleteTweet(tweetId, signal);
    await noteRemoval(db, postId, tweetId, clock());
  }
}

/** The tweet that nobody saw go out, where it did. */
async function removeDoubtful(
  deps: DeletePostDependencies,
  connection: XConnection,
  sought: Sought,
  signal: AbortSignal,
): Promise<void> {
  const tweetId = await findTweet(deps, connection, sought, signal);
  if (tweetId !== null) await connection.client.deleteTweet(tweetId, signal);
}

/** Another call may be at it too: each takes out what it removed. Nothing is in doubt any more by then. */
async function noteRemoval(
  db: Firestore,
  postId: string,
  tweetId: string,
  now: Date,
): Promise<void> {
  const ref = db.doc(paths.post(postId));
  await db.runTransaction(async (transaction) => {
    const post = readPost(await transaction.get(ref));
    const tweetIds = post?.tweetIds.filter((id) => id !== tweetId) ?? [];
    const threadUrl = tweetIds.length > 0 ? (post?.threadUrl ?? null) : null;
    const postedCount = tweetIds.length;
    transaction.update(ref, { tweetIds, postedCount, threadUrl, updatedAt: now });
    transaction.delete(db.doc(sendPath(postId)));
  });
}

function outOfTime(cause: unknown): JobError {
  const message = 'X took too long: call again to go on.';
  return new JobError('x_unavailable', message, 'later', { cause });
}
