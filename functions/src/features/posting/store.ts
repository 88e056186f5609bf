import {
  featuresSchema,
  paths,
  postSchema,
  tierSchema,
  upcomingPostSchema,
  xAccountSchema,
} from '@quikthread/contract';
import type { PostStatus, UpcomingPost } from '@quikthread/contract';
import type { DocumentSnapshot, Firestore, Transaction } from 'firebase-admin/firestore';
import { z } from 'zod';
import { isoTimestampSchema, readDocument, timestampSchema } from '../../platform/documents.js';
import { CallError } from '../../platform/errors.js';

/** `posts/{postId}` as it is stored: the contract's post, with Firestore timestamps, and what is ours alone. */
const storedPostSchema = postSchema.extend({
  /** X's id of the account that it went out from. */
  xUserId: z.string().nullable(),
  linksInLastReply: z.boolean(),
  scheduledAt: isoTimestampSchema.nullable(),
  postedAt: isoTimestampSchema.nullable(),
  resumesAt: isoTimestampSchema.nullable(),
  createdAt: isoTimestampSchema,
  updatedAt: isoTimestampSchema,
});
export type StoredPost = z.output<typeof storedPostSchema>;

/** Null where there is none. */
export function readPost(snapshot: DocumentSnapshot): StoredPost | null {
  return readDocument(snapshot, storedPostSchema);
}

/** @throws CallError `post_missing`, `post_not_yours` */
export function ownPost(post: StoredPost | null, userId: string): StoredPost {
  if (!post) throw new CallError({ code: 'post_missing' }, 'There is no post with this id.');
  if (post.userId !== userId) {
    throw new CallError({ code: 'post_not_yours' }, 'This post belongs to another user.');
  }
  return post;
}

/** Reads a post that the caller wants to change. @throws CallError `post_missing`, `post_not_yours`, `post_wrong_state` */
export async function readOwnPost(
  transaction: Transaction,
  db: Firestore,
  postId: string,
  userId: string,
  wanted: readonly PostStatus[],
): Promise<StoredPost> {
  const post = ownPost(readPost(await transaction.get(db.doc(paths.post(postId)))), userId);
  const { status } = post;
  if (wanted.includes(status)) return post;
  const message = `Only a post that is ${wanted.join(' or ')} allows this. This one is ${status}.`;
  throw new CallError({ code: 'post_wrong_state', status }, message);
}

/** A post of the user as the contract shows it, by its id. @throws CallError `post_missing`, `post_not_yours` */
export async function getPost(db: Firestore, postId: string, userId: string): Promise<StoredPost> {
  return ownPost(readPost(await db.doc(paths.post(postId)).get()), userId);
}

/** The user's posts that wait for their time or are going out; there are few. */
export async function readPostsUnderWay(
  transaction: Transaction,
  db: Firestore,
  userId: string,
): Promise<StoredPost[]> {
  const status: readonly PostStatus[] = ['scheduled', 'posting'];
  const query = db.collection(paths.posts).where('userId', '==', userId);
  const { docs } = await transaction.get(query.where('status', 'in', status));
  return docs.flatMap((snapshot) => readPost(snapshot) ?? []);
}

/** Whether a post other than this one holds the tweet. */
export async function isHeldElsewhere(
  db: Firestore,
  postId: string,
  tweetId: string,
): Promise<boolean> {
  const { docs } = await db
    .collection(paths.posts)
    .where('tweetIds', 'array-contains', tweetId)
    .select()
    .get();
  return docs.some(({ id }) => id !== postId);
}

/** The user's other posts that are going out and have nothing recorded yet: the texts that they begin with. */
export async function openingsUnderWay(
  db: Firestore,
  userId: string,
  postId: string,
): Promise<string[]> {
  const { docs } = await db
    .collection(paths.posts)
    .where('userId', '==', userId)
    .where('status', '==', 'posting')
    .get();
  return docs
    .flatMap((snapshot) => readPost(snapshot) ?? [])
    .filter((post) => post.postId !== postId && post.postedCount === 0)
    .flatMap(({ tweets }) => tweets[0] ?? []);
}

/** The part of `users/{uid}` that decides whether a user may post. */
const posterSchema = z.object({
  tier: tierSchema,
  features: featuresSchema,
  xAccount: xAccountSchema.nullable().default(null),
  upcoming: z.array(upcomingPostSchema).default([]),
});
export type Poster = z.output<typeof posterSchema>;

/** Null before `initUser`. */
export function readPoster(snapshot: DocumentSnapshot): Poster | null {
  return readDocument(snapshot, posterSchema);
}

/** How a scheduled post stands in its owner's profile. */
export function toUpcoming(
  postId: string,
  { jobId, threadIndex }: { readonly jobId: string; readonly threadIndex: number },
  at: string,
): UpcomingPost {
  return { postId, jobId, threadIndex, at };
}

/**
 * `posts/{postId}/private/send`: written before a tweet is sent, so that whoever goes on knows that it may be
 * out. It speaks of one tweet at a time, the one being sent.
 */
const sendSchema = z.object({
  userId: z.string(),
  /** Which tweet of the thread, from 0. */
  position: z.int().nonnegative(),
  xUserId: z.string(),
  username: z.string(),
  /** When its place among the user's 50 in 15 minutes was taken. */
  placedAt: timestampSchema,
  /** Whether the tweet may be out. */
  doubtful: z.boolean(),
  /** From when to when the sending, or several, of unknown outcome took place. */
  since: timestampSchema,
  until: timestampSchema,
});
export type Send = z.output<typeof sendSchema>;

export const sendPath = (postId: string): string => `${paths.post(postId)}/private/send`;

/** What is known of the sending of one tweet; null where it was never begun. */
export function readSend(snapshot: DocumentSnapshot, position: number): Send | null {
  const send = readDocument(snapshot, sendSchema);
  return send?.position === position ? send : null;
}
