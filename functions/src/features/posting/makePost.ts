import { MAX_SCHEDULE_DAYS, MAX_UPCOMING_POSTS, paths } from '@quikthread/contract';
import type { UpcomingPost } from '@quikthread/contract';
import type { Firestore, Transaction } from 'firebase-admin/firestore';
import { readJob } from '../../engine/documents.js';
import { insertJob, profileMissing } from '../../engine/lifecycle.js';
import type { Caller, ParsedInput } from '../../platform/callable.js';
import { invalidFields } from '../../platform/callable.js';
import type { Clock } from '../../platform/clock.js';
import { CallError } from '../../platform/errors.js';
import { deterministicId } from '../../platform/ids.js';
import { loadTweetText } from '../../platform/tweetText.js';
import type { TweetText } from '../../platform/tweetText.js';
import { checkTweets } from './checkTweets.js';
import { chooseThread, textsOf } from './chooseThread.js';
import type { PostJobInput } from './input.js';
import { linksInLastReply } from './linksInLastReply.js';
import { requireMayPost } from './mayPost.js';
import { readPost, readPoster, readPostsUnderWay, toUpcoming } from './store.js';
import type { StoredPost } from './store.js';

/** A post is scheduled this far ahead at least: what is nearer is posted at once. */
const MIN_AHEAD_SECONDS = 60;

export interface MakePostDependencies {
  readonly engine: { readonly db: Firestore; readonly clock: Clock };
  /** Whether users without an X account of their own post from the operator's. */
  readonly singleAccountMode: boolean;
}

/** `at` is ISO 8601; without it, the post goes out at once. */
export type PostRequest = ParsedInput<'postThread'> & { readonly at?: string };

/**
 * Makes a post of a thread, and the job that sends it, in one transaction. The same idempotency key of the
 * same user gives the same post.
 * @throws CallError as the contract lists them for `postThread` and `schedulePost`
 */
export async function makePost(
  { engine: { db, clock }, singleAccountMode }: MakePostDependencies,
  request: PostRequest,
  { userId }: Caller,
): Promise<StoredPost> {
  const tweetText = await loadTweetText();
  const postId = deterministicId('post', userId, request.idempotencyKey);
  const refs = [paths.user(userId), paths.post(postId), paths.job(request.jobId)];
  return db.runTransaction(async (transaction) => {
    const [user, made, source] = await transaction.getAll(...refs.map((path) => db.doc(path)));
    const poster = user ? readPoster(user) : null;
    if (!poster) throw profileMissing();
    const known = made ? readPost(made) : null;
    if (known) return sameRequest(known, request);
    requireMayPost(poster, singleAccountMode);
    const thread = chooseThread(source ? readJob(source) : null, userId, request.threadIndex);
    const now = clock();
    const startsAt = request.at === undefined ? null : acceptTime(request.at, now);
    const others = await readPostsUnderWay(transaction, db, userId);
    refuseSecond(others, request);
    const tweets = textsToPost(textsOf(thread), request, tweetText);
    const scheduledAt = startsAt?.toISOString() ?? null;
    const post = newPost({ postId, userId, tweets, scheduledAt, now }, request);
    if (scheduledAt !== null) {
      const upcoming = upcomingWith(others, toUpcoming(postId, request, scheduledAt));
      transaction.update(db.doc(paths.user(userId)), { upcoming, updatedAt: now });
    }
    write(transaction, db, post, startsAt, now);
    return post;
  });
}

/** @throws CallError `invalid_input` where the key already named another post */
function sameRequest(known: StoredPost, request: PostRequest): StoredPost {
  const at = request.at === undefined ? null : new Date(request.at).toISOString();
  const same =
    known.jobId === request.jobId &&
    known.threadIndex === request.threadIndex &&
    known.linksInLastReply === request.linksInLastReply &&
    known.scheduledAt === at;
  if (same) return known;
  throw invalidFields([{ field: 'idempotencyKey', problem: 'was used for another post' }]);
}

/** @throws CallError `invalid_input` on `at` */
function acceptTime(at: string, now: Date): Date {
  const time = new Date(at);
  const ahead = (time.getTime() - now.getTime()) / 1000;
  if (ahead >= MIN_AHEAD_SECONDS && ahead <= MAX_SCHEDULE_DAYS * 24 * 3600) return time;
  const problem = `must be at least a minute and at most ${MAX_SCHEDULE_DAYS} days ahead`;
  throw invalidFields([{ field: 'at', problem }]);
}

/** @throws CallError `post_under_way` */
function refuseSecond(underWay: readonly StoredPost[], { jobId, threadIndex }: PostRequest): void {
  const same = underWay.find((post) => post.jobId === jobId && post.threadIndex === threadIndex);
  if (!same) return;
  const { postId, status } = same;
  throw new CallError({ code: 'post_under_way', postId }, `This thread is ${status} already.`);
}

/** @throws CallError `invalid_input` naming each tweet that X would not take */
function textsToPost(
  texts: readonly string[],
  request: PostRequest,
  tweetText: TweetText,
): readonly string[] {
  const tweets = request.linksInLastReply ? linksInLastReply(texts, tweetText) : texts;
  checkTweets(tweets, tweetText);
  return tweets;
}

/** @throws CallError `too_many_scheduled` */
function upcomingWith(underWay: readonly StoredPost[], post: UpcomingPost): UpcomingPost[] {
  const waiting = underWay.flatMap((other) =>
    other.status === 'scheduled' && other.scheduledAt !== null
      ? toUpcoming(other.postId, other, other.scheduledAt)
      : [],
  );
  if (waiting.length >= MAX_UPCOMING_POSTS) {
    throw new CallError(
      { code: 'too_many_scheduled', max: MAX_UPCOMING_POSTS },
      `${MAX_UPCOMING_POSTS} posts wait for their time already: cancel one, or wait for one to go out.`,
    );
  }
  return [...waiting, post].sort((a, b) => a.at.localeCompare(b.at));
}

interface NewPost {
  readonly postId: string;
  readonly userId: string;
  readonly tweets: readonly string[];
  readonly scheduledAt: string | null;
  readonly now: Date;
}

function newPost(
  { postId, userId, tweets, scheduledAt, now }: NewPost,
  { jobId, threadIndex, linksInLastReply }: PostRequest,
): StoredPost {
  return {
    postId,
    userId,
    jobId,
    threadIndex,
    status: scheduledAt === null ? 'posting' : 'scheduled',
    tweets: [...tweets],
    tweetIds: [],
    postedCount: 0,
    threadUrl: null,
    username: null,
    xUserId: null,
    linksInLastReply,
    scheduledAt,
    postedAt: null,
    resumesAt: null,
    error: null,
    errorCode: null,
    missingTweetIds: [],
    createdAt: now.toISOString(),
    updatedAt: now.toISOString(),
  };
}

function write(
  transaction: Transaction,
  db: Firestore,
  post: StoredPost,
  startsAt: Date | null,
  now: Date,
): void {
  const { postId, userId, jobId, threadIndex, tweets, scheduledAt } = post;
  const times = { scheduledAt: startsAt, createdAt: now, updatedAt: now };
  transaction.create(db.doc(paths.post(postId)), { ...post, ...times });
  const input: PostJobInput = { jobId, threadIndex, tweets, scheduledAt };
  const job = { jobId: postId, userId, kind: 'post', type: null, input, account: null } as const;
  insertJob(transaction, db, { ...job, ...(startsAt && { startsAt }) }, now);
}
