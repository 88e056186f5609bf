import { paths, postSchema } from '@quikthread/contract';
import { FieldValue } from 'firebase-admin/firestore';
import type {
  DocumentSnapshot,
  Firestore,
  Query,
  QueryDocumentSnapshot,
} from 'firebase-admin/firestore';
import { z } from 'zod';
import { readDocument, timestampSchema } from '../../platform/documents.js';
import { utcDay } from './calendar.js';
import { countsSchema } from './metrics.js';
import type { MeasuredPost, Reading } from './metrics.js';
import { nextReading } from './schedule.js';
import { totalsOf } from './threadPerformance.js';

/** How many posts of one user are looked at, the newest of them. */
export const MAX_POSTS = 500;

/** A batch holds 500 writes; a post takes two. */
const POSTS_PER_BATCH = 200;

/** A post of which something is out, before anything is read of it. */
export type StoredPost = Omit<MeasuredPost, 'readings'>;

const storedSchema = postSchema
  .pick({ postId: true, status: true, tweets: true, tweetIds: true, threadUrl: true })
  .extend({
    missingTweetIds: z.array(z.string()).default([]),
    scheduledAt: timestampSchema.nullable(),
    postedAt: timestampSchema.nullable(),
    createdAt: timestampSchema,
  });

/** What a snapshot holds of each of a thread's tweets, by id. */
const snapshotSchema = z.object({
  takenAt: timestampSchema,
  tweets: z.record(z.string(), countsSchema),
});

/** Posts that can be measured: out as a whole, or stopped with a part of them out. */
const measurable = ['completed', 'stopped'] as const;

/** Null for a post that is not, or no longer, on X. */
export function readPost(snapshot: DocumentSnapshot): StoredPost | null {
  const post = readDocument(snapshot, storedSchema);
  if (!post?.threadUrl || post.tweetIds.length === 0) return null;
  if (!measurable.some((status) => status === post.status)) return null;
  const startedAt = post.scheduledAt ?? post.createdAt;
  return {
    postId: post.postId,
    title: post.tweets[0] ?? '',
    threadUrl: post.threadUrl,
    startedAt,
    postedAt: post.postedAt ?? startedAt,
    tweetIds: post.tweetIds,
    missing: new Set(post.missingTweetIds),
  };
}

/** The user's newest posts that are on X, or were until X lost them; newest first. */
export async function newestPosts(db: Firestore, userId: string): Promise<readonly StoredPost[]> {
  const query = db
    .collection(paths.posts)
    .where('userId', '==', userId)
    .where('status', 'in', measurable)
    .orderBy('createdAt', 'desc')
    .limit(MAX_POSTS);
  const { docs } = await query.get();
  return docs.flatMap((snapshot) => readPost(snapshot) ?? []);
}

/** A user's posts that are due to be read. */
export async function duePosts(
  db: Firestore,
  userId: string,
  dueBy: Date,
): Promise<readonly QueryDocumentSnapshot[]> {
  const posts = db.collection(paths.posts).where('userId', '==', userId);
  const { docs } = await dueIn(posts, dueBy).limit(MAX_POSTS).get();
  return docs;
}

/** A page of posts, of whichever users, that are due to be read, the longest due first. */
export async function dueOwners(
  db: Firestore,
  dueBy: Date,
  pageSize: number,
  after: QueryDocumentSnapshot | null,
): Promise<readonly QueryDocumentSnapshot[]> {
  const query = dueIn(db.collection(paths.posts), dueBy).select('userId', 'nextSnapshotAt');
  const { docs } = await (after ? query.startAfter(after) : query).limit(pageSize).get();
  return docs;
}

function dueIn(posts: Query, dueBy: Date): Query {
  return posts.where('nextSnapshotAt', '<=', dueBy).orderBy('nextSnapshotAt');
}

/** A post's newest readings, `count` at most, oldest first. */
export async function newestReadings(
  db: Firestore,
  postId: string,
  count: number,
): Promise<readonly Reading[]> {
  const snapshots = db.collection(`${paths.post(postId)}/snapshots`);
  const { docs } = await snapshots.orderBy('takenAt', 'desc').limit(count).get();
  return docs.reverse().flatMap((document) => {
    const snapshot = readDocument(document, snapshotSchema);
    if (!snapshot) return [];
    return { takenAt: snapshot.takenAt, tweets: new Map(Object.entries(snapshot.tweets)) };
  });
}

/** What was read of a post at X. */
export interface ReadPost {
  /** Its `missing` has those that were found missing now. */
  readonly post: StoredPost;
  /** Null where X had none of its tweets. */
  readonly reading: Reading | null;
  readonly newlyMissing: readonly string[];
}

/**
 * Keeps what was read: one snapshot a post and UTC day, the last one of the day, and on the post what
 * X no longer has and when to read it again. Doing so twice changes nothing.
 */
export async function keepReadings(
  db: Firestore,
  userId: string,
  read: readonly ReadPost[],
  now: Date,
): Promise<void> {
  for (let from = 0; from < read.length; from += POSTS_PER_BATCH) {
    const batch = db.batch();
    for (const { post, reading, newlyMissing } of read.slice(from, from + POSTS_PER_BATCH)) {
      const path = paths.post(post.postId);
      if (reading) {
        batch.set(db.doc(`${path}/snapshots/${utcDay(reading.takenAt)}`), {
          userId,
          takenAt: reading.takenAt,
          tweets: Object.fromEntries(reading.tweets),
          totals: totalsOf(reading, post.tweetIds),
        });
      }
      const nextSnapshotAt = reading ? nextReading(post.startedAt, reading.takenAt) : null;
      batch.update(db.doc(path), {
        nextSnapshotAt,
        ...(newlyMissing.length > 0 && {
          missingTweetIds: FieldValue.arrayUnion(...newlyMissing),
          updatedAt: now,
        }),
      });
    }
    await batch.commit();
  }
}

/** Has posts read at another time, or, for null, not any more. */
export async function reschedule(
  db: Firestore,
  posts: readonly QueryDocumentSnapshot[],
  nextSnapshotAt: Date | null,
): Promise<void> {
  if (posts.length === 0) return;
  const batch = db.batch();
  for (const { ref } of posts) batch.update(ref, { nextSnapshotAt });
  await batch.commit();
}
