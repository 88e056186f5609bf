import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Session } from '../../scripts/platform/session.js';
import { closeAll, signUpOn } from '../support/platform.js';
import { openBench } from '../support/postingBench.js';
import type { PostingBench } from '../support/postingBench.js';
import { assertPostedOnce } from '../support/posts.js';
import { x } from '../support/standIns.js';
import type { FaultRequest } from '../support/standIns.js';
import { connectXAccount } from '../support/x.js';
import { closeGrants } from '../support/xGrants.js';

interface Fault {
  readonly is: FaultRequest;
  /** It hits whatever the account does at the time: its threads go out one after another. */
  readonly ofAccount?: true;
}

/** What can happen to a tweet on its way, once. */
const faults: Readonly<Record<string, Fault>> = {
  'a 429 with its reset': { is: { answer: { rateLimited: { resetInSeconds: 1 } } } },
  'a 429 with a time to wait': { is: { status: 429, headers: { 'retry-after': '1' } } },
  'a 503': { is: { status: 503 } },
  'a page of HTML for an answer': {
    is: { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>Over capacity</p>' },
  },
  'a connection that is cut before': { is: { cut: 'before' } },
  'a connection that is cut in the answer': { is: { cut: 'during' } },
  'a tweet that is created while its answer is lost': { is: { answer: 'created_answer_lost' } },
  'a tweet that is created and answered by a 503': { is: { answer: 'created_then_5xx' } },
  'an answer that is broken off': { is: { malformed: true } },
  'no answer at all': { is: { hang: 'all' } },
  'headers and nothing more': { is: { hang: 'headers' } },
  'a token that has expired': { is: { answer: 'token_expired' }, ofAccount: true },
  'a timeline that lags': { is: { answer: 'timeline_lags' } },
};

const POSITIONS = [0, 1, 2, 3, 4];

/** Tweets like no others: faults find them by their text. */
function fiveTweets(): string[] {
  const mark = randomUUID().slice(0, 8);
  return POSITIONS.map((position) => `Tweet ${position + 1} of thread ${mark}.`);
}

/** Threads of one user, the fault at a tweet of each, and at every tweet of the last. */
async function postAll(bench: PostingBench, session: Session, fault: Fault): Promise<void> {
  const { username } = await connectXAccount(session);
  const post = async (positions: readonly number[]) => {
    const tweets = fiveTweets();
    const hit = tweets.filter((_, position) => positions.includes(position));
    await x.fault(...hit.map((match) => ({ ...fault.is, match })));
    const made = await bench.make(session.userId, tweets);
    await assertPostedOnce(await bench.run(made), username);
  };
  const threads = [...POSITIONS.map((position) => [position]), POSITIONS];
  if (fault.ofAccount) for (const positions of threads) await post(positions);
  else await Promise.all(threads.map(post));
}

describe('a thread of five is out once, in order, whole, in spite of', function () {
  this.timeout(180_000);
  const outcomes = new Map<string, Promise<PromiseSettledResult<void>>>();

  // All of them overlap: most of their time is spent waiting.
  before(async () => {
    await x.reset();
    const bench = openBench();
    for (const [name, fault] of Object.entries(faults)) {
      const session = await signUpOn('pro');
      const work = Promise.allSettled([postAll(bench, session, fault)]);
      outcomes.set(
        name,
        work.then(([outcome]) => outcome),
      );
    }
  });
  after(closeGrants);
  after(closeAll);

  for (const name of Object.keys(faults)) {
    it(`${name}, at any tweet, and at every one`, async () => {
      const outcome = (await outcomes.get(name)) ?? assert.fail();
      if (outcome.status === 'rejected') throw outcome.reason;
    });
  }
});
