import { paths } from '@quikthread/contract';
import type { PostPreview } from '@quikthread/contract';
import type { Firestore } from 'firebase-admin/firestore';
import { readJob } from '../../engine/documents.js';
import type { Caller, ParsedInput } from '../../platform/callable.js';
import { loadTweetText } from '../../platform/tweetText.js';
import type { TweetText } from '../../platform/tweetText.js';
import { chooseThread, textsOf } from './chooseThread.js';
import { linksInLastReply } from './linksInLastReply.js';
import { chargeOf, prices, totalCharge } from './prices.js';

export interface PreviewPostDependencies {
  readonly db: Firestore;
}

/**
 * What would be posted of one option, or of `tweets` in its place, and what X would charge. Tweets that
 * are too long are shown with their length, not refused.
 * @throws CallError those of `chooseThread`
 */
export async function previewPost(
  { db }: PreviewPostDependencies,
  input: ParsedInput<'previewPost'>,
  { userId }: Caller,
): Promise<PostPreview> {
  const job = readJob(await db.doc(paths.job(input.jobId)).get());
  const thread = chooseThread(job, userId, input.threadIndex);
  const tweetText = await loadTweetText();
  const texts = input.tweets ?? textsOf(thread);
  return preview(input.linksInLastReply ? linksInLastReply(texts, tweetText) : texts, tweetText);
}

function preview(texts: readonly string[], tweetText: TweetText): PostPreview {
  const tweets = texts.map((text) => {
    const links = [...tweetText.links(text)];
    const weightedLength = tweetText.weightedLength(text);
    return { text, weightedLength, links, estimatedCharge: chargeOf(links) };
  });
  const estimatedCharge = totalCharge(tweets.map((tweet) => tweet.estimatedCharge));
  return { tweets, estimatedCharge, prices };
}
