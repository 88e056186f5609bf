import { paths } from '@quikthread/contract';
import type { EngineDependencies } from '../../engine/dependencies.js';
import { retryJob } from '../../engine/lifecycle.js';
import type { Caller } from '../../platform/callable.js';
import { requireMayPost } from './mayPost.js';
import { getPost, readOwnPost, readPoster } from './store.js';
import type { StoredPost } from './store.js';

export interface ResumePostDependencies {
  readonly engine: Pick<EngineDependencies, 'db' | 'clock' | 'kindOf' | 'schedule'>;
  readonly singleAccountMode: boolean;
}

/**
 * Goes on with a post that stopped, behind what is posted already.
 * @throws CallError `post_missing`, `post_not_yours`, `post_wrong_state`, `profile_missing`,
 * `feature_missing`, `x_not_connected`, `x_reconnect_required`
 */
export async function resumePost(
  { engine, singleAccountMode }: ResumePostDependencies,
  { postId }: { readonly postId: string },
  { userId }: Caller,
): Promise<StoredPost> {
  const { db } = engine;
  await getPost(db, postId, userId);
  await retryJob(engine, postId, userId, async (transaction) => {
    await readOwnPost(transaction, db, postId, userId, ['stopped']);
    const poster = readPoster(await transaction.get(db.doc(paths.user(userId))));
    requireMayPost(poster, singleAccountMode);
  });
  return getPost(db, postId, userId);
}
