import type { EngineDependencies } from '../../engine/dependencies.js';
import { cancelJob } from '../../engine/lifecycle.js';
import type { Caller } from '../../platform/callable.js';
import { getPost, readOwnPost } from './store.js';
import type { StoredPost } from './store.js';

/**
 * Takes back a post that still waits for its time.
 * @throws CallError `post_missing`, `post_not_yours`, `post_wrong_state`
 */
export async function cancelScheduledPost(
  engine: Pick<EngineDependencies, 'db' | 'clock' | 'kindOf'>,
  { postId }: { readonly postId: string },
  { userId }: Caller,
): Promise<StoredPost> {
  const { db } = engine;
  await cancelJob(engine, postId, userId, async (transaction) => {
    await readOwnPost(transaction, db, postId, userId, ['scheduled']);
  });
  return getPost(db, postId, userId);
}
