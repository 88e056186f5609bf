import assert from 'node:assert/strict';
import { MAX_TWEETS, MIN_TWEETS, paths } from '@quikthread/contract';
import type { JobErrorCode, JobStatus } from '@quikthread/contract';
import twitterText from 'twitter-text';
import type { JournalEntry } from '../../emulators/http/journal.js';
import type { Session } from '../../scripts/platform/session.js';
import { assertCompletedOnce, assertFailed, speechOf, uploadTone } from '../support/jobs.js';
import { admin, closeAll, signUpOn } from '../support/platform.js';
import { deepgram, gemini } from '../support/standIns.js';
import type { FaultRequest } from '../support/standIns.js';

type Fault = Omit<FaultRequest, 'match'>;

/** What the providers do to one user's job, and what comes of it. */
interface Case {
  readonly deepgram?: readonly Fault[];
  readonly gemini?: readonly Fault[];
  /** The job's error, or `completed`. */
  readonly ends: JobErrorCode | 'completed';
  /** How many requests Deepgram and Gemini get. */
  readonly requests: readonly [number, number];
  readonly check?: (job: JobStatus, geminiRequests: readonly JournalEntry[]) => void;
}

/** Nothing of this may show anywhere; providers put such things into their messages. */
const SECRET = 'key local-deepgram local-gemini https://storage.example/talk.wav?token=hush-hush';
/** Its first word stands in what is said, and in no error message. */
const SAID = 'bakery';

const always = 20;
const deepgramError = (status: number, err_code: string, err_msg = '', headers = {}): Fault => ({
  status,
  headers,
  body: { err_code, err_msg: `${err_msg} ${SECRET} ${SAID}`, request_id: 'a-request' },
});
const geminiError = (code: number, status: string, details: readonly object[] = []): Fault => ({
  status: code,
  body: { error: { code, status, message: `${SECRET} ${SAID}`, details } },
});
const keyInvalid = {
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason: 'API_KEY_INVALID',
  domain: 'googleapis.com',
};
const comeBack = { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '1s' };
const music = Array.from({ length: 40 }, (_, i) => ({
  word: ['[music]', '♪', 'hmm'][i % 3],
  start: i * 5,
  end: i * 5 + 1,
  confidence: 0.3,
}));

const cases: Readonly<Record<string, Case>> = {
  'Deepgram: 401 is not asked again': {
    deepgram: [deepgramError(401, 'INVALID_AUTH', 'Invalid credentials.')],
    ends: 'transcription_unavailable',
    requests: [1, 0],
  },
  'Deepgram: 429 with Retry-After is asked again': {
    deepgram: [deepgramError(429, 'TOO_MANY_REQUESTS', '', { 'retry-after': '2' })],
    ends: 'completed',
    requests: [2, 1],
  },
  'Deepgram: 500 is asked again': {
    deepgram: [deepgramError(500, 'INTERNAL_SERVER_ERROR')],
    ends: 'completed',
    requests: [2, 1],
  },
  'Deepgram: 500 every time': {
    deepgram: [{ ...deepgramError(500, 'INTERNAL_SERVER_ERROR'), times: always }],
    ends: 'transcription_unavailable',
    requests: [4, 0],
  },
  'Deepgram: a connection cut before and during the answer, and broken JSON': {
    deepgram: [{ cut: 'before' }, { cut: 'during' }, { malformed: true }],
    ends: 'completed',
    requests: [4, 1],
  },
  'Deepgram: corrupt media': {
    deepgram: [deepgramError(400, 'Bad Request', 'corrupt or unsupported data')],
    ends: 'media_unreadable',
    requests: [1, 0],
  },
  'Deepgram: another 400': {
    deepgram: [deepgramError(400, 'Bad Request', 'no such option')],
    ends: 'transcription_failed',
    requests: [1, 0],
  },
  'Deepgram: nothing is heard': {
    deepgram: [{ answer: { transcript: '' } }],
    ends: 'no_speech',
    requests: [1, 0],
  },
  'Deepgram: only music is heard': {
    deepgram: [{ answer: { words: music } }],
    ends: 'no_speech',
    requests: [1, 0],
  },
  'Gemini: 429 with a delay is asked again': {
    gemini: [geminiError(429, 'RESOURCE_EXHAUSTED', [comeBack])],
    ends: 'completed',
    requests: [1, 2],
  },
  'Gemini: 500, a connection cut during the answer, and broken JSON': {
    gemini: [geminiError(500, 'INTERNAL'), { cut: 'during' }, { malformed: true }],
    ends: 'completed',
    requests: [1, 4],
  },
  'Gemini: a connection cut before the answer': {
    gemini: [{ cut: 'before' }],
    ends: 'completed',
    requests: [1, 2],
  },
  'Gemini: 503 every time': {
    gemini: [{ ...geminiError(503, 'UNAVAILABLE'), times: always }],
    ends: 'generation_unavailable',
    requests: [1, 4],
  },
  'Gemini: a refused key (400)': {
    gemini: [geminiError(400, 'INVALID_ARGUMENT', [keyInvalid])],
    ends: 'generation_unavailable',
    requests: [1, 1],
  },
  'Gemini: a refused key (401)': {
    gemini: [geminiError(401, 'UNAUTHENTICATED')],
    ends: 'generation_unavailable',
    requests: [1, 1],
  },
  'Gemini: a stop for safety': {
    gemini: [{ answer: 'safetyStop' }],
    ends: 'generation_blocked',
    requests: [1, 1],
  },
  'Gemini: a blocked prompt': {
    gemini: [{ answer: 'promptBlocked' }],
    ends: 'generation_blocked',
    requests: [1, 1],
  },
  'Gemini: cut by length every time': {
    gemini: [{ answer: 'maxTokens', times: always }],
    ends: 'generation_truncated',
    requests: [1, 4],
  },
  'Gemini: empty every time': {
    gemini: [{ answer: 'empty', times: always }],
    ends: 'generation_invalid',
    requests: [1, 4],
  },
  'Gemini: wrong types every time, in the repaired answer too': {
    gemini: [{ answer: 'wrongTypes', times: always }],
    ends: 'generation_invalid',
    requests: [1, 8],
  },
  'Gemini: JSON that is none, once': {
    gemini: [{ answer: 'malformedJson' }],
    ends: 'completed',
    requests: [1, 2],
    check: repairNames(/It is not JSON of the shape asked for/),
  },
  'Gemini: six threads, and again': {
    gemini: [{ answer: 'sixThreads', times: 2 }],
    ends: 'completed',
    requests: [1, 2],
    check: repairNames(/There are 6 threads/),
  },
  'Gemini: a tweet of 600 characters, and again': {
    gemini: [{ answer: 'longTweet', times: 2 }],
    ends: 'completed',
    requests: [1, 2],
    check: repairNames(/Thread 1, tweet 2: \d{3} characters, at most 270 are allowed/),
  },
  'Gemini: an invented quotation, and again': {
    gemini: [{ answer: 'inventedQuote', times: 2 }],
    ends: 'completed',
    requests: [1, 2],
    check: (job, requests) => {
      repairNames(/nobody says "My grandmother invented the submarine/)(job, requests);
      const tweets = (job.threads ?? []).flatMap((thread) => thread.tweets);
      const inventions = tweets.filter((tweet) => tweet.includes('My grandmother'));
      assert.equal(inventions.length, 1);
      assert.doesNotMatch(inventions[0] ?? '', /["“”„«»]/);
    },
  },
};

/** How many jobs run at once: each takes a process of the Functions emulator, and most only wait. */
const AT_ONCE = 6;

describe("a provider's fault", function () {
  this.timeout(300_000);
  const outcomes = new Map<string, Promise<() => Promise<void>>>();

  before(async () => {
    await Promise.all([deepgram.reset(), gemini.reset()]);
    const waiting = Object.entries(cases);
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [name, given] = next;
        const outcome = play(given);
        outcomes.set(name, outcome);
        // Its own test reports a failure.
        await outcome.catch(() => undefined);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  });
  after(async () => {
    await Promise.all([deepgram.reset(), gemini.reset()]);
    await closeAll();
  });

  for (const [name, { ends }] of Object.entries(cases)) {
    it(`${name}: ${ends}`, async () => {
      const judge = await outcomes.get(name);
      assert.ok(judge);
      await judge();
    });
  }
});

/** Lets a job of a new user meet the faults. @returns what checks how it ended */
async function play(given: Case): Promise<() => Promise<void>> {
  const user = await signUpOn('free');
  const own = (faults: readonly Fault[] = []) =>
    faults.map((fault) => ({ ...fault, match: user.userId }));
  const storagePath = await uploadTone(user);
  await deepgram.fault(...own(given.deepgram), speechOf(user));
  if (given.gemini) await gemini.fault(...own(given.gemini));
  const { jobId } = await user.client.createJob({ type: 'upload', storagePath });
  await user.client.waitForJob(jobId);
  return () => assertEnded(user, jobId, given);
}

async function assertEnded(user: Session, jobId: string, given: Case): Promise<void> {
  const { ends, requests, check } = given;
  const completed = ends === 'completed';
  const job = completed
    ? await assertCompletedOnce(user, jobId)
    : await assertFailed(user, jobId, ends);
  const geminiRequests = await gemini.journal(user.userId);
  const asked = [(await deepgram.journal(user.userId)).length, geminiRequests.length];
  assert.deepEqual(asked, requests);
  if (completed) assertThreads(job);
  else assert.equal(job.threads, null);
  await assertNothingLeaks(user, jobId, !completed);
  check?.(job, geminiRequests);
}

/** Five threads of tweets that X takes. */
function assertThreads({ threads }: JobStatus): void {
  assert.equal(threads?.length, 5);
  for (const { tweets, sources } of threads) {
    assert.ok(tweets.length >= MIN_TWEETS && tweets.length <= MAX_TWEETS, `${tweets.length}`);
    assert.equal(sources.length, tweets.length);
    for (const tweet of tweets) assert.ok(twitterText.parseTweet(tweet).weightedLength <= 280);
  }
}

/**
 * A failed job has one record in `error-logs`, with the ids that it belongs to. Neither there nor on
 * the job is a key, a link, or anything that a provider or the recording said.
 */
async function assertNothingLeaks(user: Session, jobId: string, failed: boolean): Promise<void> {
  const { firestore } = admin();
  const logs = await firestore.collection('error-logs').where('context.jobId', '==', jobId).get();
  assert.equal(logs.size, failed ? 1 : 0);
  const private_ = /local-(deepgram|gemini)|https?:|token|hush|a-request/;
  for (const log of logs.docs) {
    const { context, message } = log.data() as { context: Record<string, string>; message: string };
    assert.equal(context['userId'], user.userId);
    assert.match(context['service'] ?? '', /^(transcribe|generate)$/);
    assert.match(message, /^JobError: /);
    const text = JSON.stringify(log.data());
    assert.doesNotMatch(text, private_);
    assert.doesNotMatch(text, new RegExp(`${SAID}|choice|loaves`));
  }
  const job = await firestore.doc(paths.job(jobId)).get();
  assert.doesNotMatch(JSON.stringify(job.data()), private_);
  if (failed) assert.doesNotMatch(JSON.stringify(job.data()), new RegExp(SAID));
}

/** A check that the second request to Gemini is a repair request that names this. */
function repairNames(problem: RegExp) {
  return (_: JobStatus, [, second]: readonly JournalEntry[]): void => {
    const turns = second?.details['turns'] as readonly { role: string; text: string }[] | undefined;
    assert.deepEqual(
      turns?.map(({ role }) => role),
      ['user', 'model', 'user'],
    );
    assert.match(turns.at(-1)?.text ?? '', problem);
  };
}
