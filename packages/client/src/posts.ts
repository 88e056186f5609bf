import { paths, postSchema } from '@quikthread/contract';
import type { Post, PostStatus } from '@quikthread/contract';
import type { Auth } from 'firebase/auth';
import {
  collection,
  documentId,
  getDocs,
  limit,
  orderBy,
  query,
  startAfter,
  Timestamp,
  where,
} from 'firebase/firestore';
import type { Firestore } from 'firebase/firestore';
import { parseDocument } from './documents.js';
import { QuikThreadError, toQuikThreadError, unauthenticated } from './errors.js';
import { waitUntil, watcher } from './watch.js';
import type { WaitOptions } from './watch.js';

/** From these a post goes on by itself; from any other only somebody's call moves it. */
const moving: readonly PostStatus[] = ['scheduled', 'posting'];

const DEFAULT_PAGE_SIZE = 50;

export interface ListPostsOptions {
  /** 50 unless told. */
  readonly pageSize?: number;
  /** The last post of the page before. */
  readonly after?: Post;
}

/** Follows and lists posts, past the callables: Firestore's rules decide. */
export interface QuikThreadPosts {
  /**
   * Calls `onChange` with the post as the server has it, and at every change, until unsubscribed or
   * `onError` is called (a post that is not there, or no longer, or someone else's, is `permission-denied`).
   * @returns the unsubscribe function.
   */
  watchPost(
    postId: string,
    onChange: (post: Post) => void,
    onError?: (error: QuikThreadError) => void,
  ): () => void;

  /**
   * Resolves once the post no longer goes on by itself: look at its `status`, since stopped,
   * cancelled and deleted posts are waited for no longer either. A scheduled one is, to its time.
   * @throws QuikThreadError where it cannot be followed, `cancelled` where the signal was given.
   */
  waitForPost(postId: string, options?: WaitOptions<Post>): Promise<Post>;

  /**
   * A page of the signed-in user's posts, of any status, by when they were made, the newest first;
   * fewer than `pageSize` are the last page.
   * @throws QuikThreadError
   */
  listPosts(options?: ListPostsOptions): Promise<readonly Post[]>;
}

export function createPosts(auth: Auth, firestore: Firestore): QuikThreadPosts {
  const watchPost = watcher(firestore, {
    path: paths.post,
    schema: postSchema,
    idField: 'postId',
  });
  return {
    watchPost,
    waitForPost: (postId, options) =>
      waitUntil(watchPost, postId, ({ status }) => !moving.includes(status), options),
    listPosts: async ({ pageSize = DEFAULT_PAGE_SIZE, after } = {}) => {
      const userId = auth.currentUser?.uid;
      if (userId === undefined) throw unauthenticated();
      const page = query(
        collection(firestore, paths.posts),
        where('userId', '==', userId),
        orderBy('createdAt', 'desc'),
        orderBy(documentId(), 'desc'),
        ...(after ? [startAfter(timestampOf(after.createdAt), after.postId)] : []),
        limit(pageSize),
      );
      const { docs } = await getDocs(page).catch((error: unknown) => {
        throw toQuikThreadError(error);
      });
      return docs.map((found) => {
        const data = { ...found.data(), postId: found.id };
        const post = parseDocument(postSchema, found.ref.path, data);
        if (post instanceof QuikThreadError) throw post;
        return post;
      });
    },
  };
}

function timestampOf(time: string): Timestamp {
  return Timestamp.fromDate(new Date(time));
}
