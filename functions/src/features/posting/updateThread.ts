import { paths } from '@quikthread/contract';
import type { Thread } from '@quikthread/contract';
import type { Firestore } from 'firebase-admin/firestore';
import { readJob } from '../../engine/documents.js';
import type { Caller, ParsedInput } from '../../platform/callable.js';
import type { Clock } from '../../platform/clock.js';
import { loadTweetText } from '../../platform/tweetText.js';
import { checkTweets } from './checkTweets.js';
import { chooseThread } from './chooseThread.js';

export interface UpdateThreadDependencies {
  readonly db: Firestore;
  readonly clock: Clock;
}

/**
 * Replaces the user's version of one option, or with null goes back to the generated tweets, which stay
 * beside it in any case. Posts that were made before keep their texts.
 * @returns the option as it is now
 * @throws CallError `invalid_input` naming the tweets that X would not take, and those of `chooseThread`
 */
export async function updateThread(
  { db, clock }: UpdateThreadDependencies,
  { jobId, threadIndex, tweets: editedTweets }: ParsedInput<'updateThread'>,
  { userId }: Caller,
): Promise<Thread> {
  if (editedTweets) checkTweets(editedTweets, await loadTweetText());
  const ref = db.doc(paths.job(jobId));
  return db.runTransaction(async (transaction) => {
    const job = readJob(await transaction.get(ref));
    const edited = { ...chooseThread(job, userId, threadIndex), editedTweets };
    const threads = job?.threads?.with(threadIndex, edited);
    transaction.update(ref, { threads, updatedAt: clock() });
    return edited;
  });
}
