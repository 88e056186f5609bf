import { paths } from '@quikthread/contract';
import { FieldValue } from 'firebase-admin/firestore';
import type { JobChange, JobKind, JobRecord } from '../../engine/types.js';
import { postJobInputSchema } from './input.js';
import type { PostJobInput } from './input.js';
import { toUpcoming } from './store.js';
import { tweetStep } from './tweetStep.js';
import type { TweetDependencies } from './tweetStep.js';

/** The kind of job that posts a thread: a step a tweet, each kept before the next is sent. */
export function postKind(dependencies: TweetDependencies): JobKind<PostJobInput> {
  return {
    kind: 'post',
    input: postJobInputSchema,
    steps: ({ tweets }) => tweets.map((_, index) => tweetStep(dependencies, tweets, index)),
    record: postRecord,
  };
}

/** `posts/{postId}` follows its job, whose id is the same. */
export const postRecord: JobRecord<PostJobInput> = {
  path: (jobId) => paths.post(jobId),
  fields: (change, begun) => ({
    error: null,
    errorCode: null,
    resumesAt: null,
    ...statusFields(change, begun),
  }),
  profileFields(jobId, input) {
    if (input.scheduledAt === null) return null;
    return { upcoming: FieldValue.arrayRemove(toUpcoming(jobId, input, input.scheduledAt)) };
  },
};

/** `nextSnapshotAt`, where something may be out: the analytics' daily run reads it from that time on. */
function statusFields(change: JobChange, begun: boolean): Readonly<Record<string, unknown>> {
  const { error = null, errorCode = null, resumesAt = null, completedAt = null } = change;
  switch (change.status) {
    case 'completed':
      return { status: 'completed', postedAt: completedAt, nextSnapshotAt: completedAt };
    case 'failed':
      return { status: 'stopped', error, errorCode, nextSnapshotAt: completedAt };
    case 'cancelled':
      // One that had begun may have a tweet out that nobody knows of yet.
      return begun
        ? { status: 'stopped', error: 'Posting was cancelled.', nextSnapshotAt: completedAt }
        : { status: 'cancelled' };
    default:
      return { status: 'posting', error, errorCode, resumesAt };
  }
}
