import assert from 'node:assert/strict';
import { MAX_EDITED_TWEETS } from '@quikthread/contract';
import type { CallableInput, ErrorDetails, PostPreview, Thread } from '@quikthread/contract';
import type { QuikThreadStatus } from '@quikthread/client';
import type { Session } from '../../scripts/platform/session.js';
import { closeAll, signUpOn } from '../support/platform.js';
import { assertInvalid, assertRefused, refusalOf } from '../support/refusals.js';
import { pretendThreads } from '../support/threads.js';

/** Tweets of the option as it was generated. */
function generated(threadNumber: number): string[] {
  return [1, 2, 3, 4, 5].map((tweet) => `Tweet ${tweet} of option ${threadNumber}.`);
}

describe('before a thread is posted', function () {
  this.timeout(60_000);
  let user: Session;
  let other: Session;
  let jobId: string;

  before(async () => {
    // Not even the free plan is kept from editing and previewing.
    [user, other] = await Promise.all([signUpOn('free'), signUpOn('pro')]);
  });
  beforeEach(async () => {
    jobId = await pretendThreads(user);
  });
  after(closeAll);

  const threads = async (): Promise<readonly Thread[]> =>
    (await user.client.getJob({ jobId })).threads ?? assert.fail('no threads');
  const update = (tweets: string[] | null, threadIndex = 1) =>
    user.client.updateThread({ jobId, threadIndex, tweets });
  const preview = (input: Partial<CallableInput<'previewPost'>> = {}) =>
    user.client.previewPost({ jobId, threadIndex: 1, ...input });

  describe('updateThread', () => {
    it('keeps the user’s version beside the generated one', async () => {
      const before = await user.client.getJob({ jobId });
      const tweets = [
        'Tweet 3 of option 2.',
        'A new one,\n\non two lines 👩‍👩‍👧‍👦',
        'Tweet 1 of option 2.',
      ];
      const thread = await update(tweets);
      assert.deepEqual(thread.editedTweets, tweets);
      assert.deepEqual(thread.tweets, generated(2));
      const after = await user.client.getJob({ jobId });
      const expected = before.threads?.with(1, { ...thread });
      assert.deepEqual(after, { ...before, threads: expected, updatedAt: after.updatedAt });
      assert.ok(after.updatedAt > before.updatedAt);
    });

    it('takes one tweet, as many as X’s composer does, and such as are 280 long', async () => {
      const many = Array.from({ length: MAX_EDITED_TWEETS }, (_, i) => `Tweet ${i}`);
      for (const tweets of [['One.'], many, ['a'.repeat(280), '漢'.repeat(140)]]) {
        assert.deepEqual((await update(tweets)).editedTweets, tweets);
      }
    });

    it('goes back to the generated tweets with null', async () => {
      const before = await threads();
      await update(['Mine.']);
      assert.equal((await update(null)).editedTweets, null);
      assert.equal((await update(null)).editedTweets, null);
      assert.deepEqual(await threads(), before);
    });

    it('takes off the space around a tweet', async () => {
      assert.deepEqual((await update([' One.\n', '\tTwo. '])).editedTweets, ['One.', 'Two.']);
    });

    it('loses neither of two options that are edited at once', async () => {
      await Promise.all([0, 1].map((i) => update([`Mine ${i}.`], i)));
      assert.deepEqual(
        (await threads()).map(({ editedTweets }) => editedTweets),
        [['Mine 0.'], ['Mine 1.'], null, null, null],
      );
    });

    it('names each tweet that is too long, with its length and the limit, and changes nothing', async () => {
      await update(['Mine.']);
      const tweets = [
        'Fine.',
        'Fine.',
        'a'.repeat(281),
        `https://example.com/ ${'漢'.repeat(129)}`,
      ];
      await assertInvalid(update(tweets), 'tweets.2', 'tweets.3');
      const { details } = await refusalOf(update(tweets));
      assert.ok(details?.code === 'invalid_input');
      assert.match(details.fields[0]?.problem ?? '', /\b281\b.*\b280\b/);
      assert.match(details.fields[1]?.problem ?? '', /\b282\b.*\b280\b/);
      assert.deepEqual((await threads())[1]?.editedTweets, ['Mine.']);
    });

    it('refuses characters that X refuses, empty tweets, none, and too many', async () => {
      const before = await threads();
      await assertInvalid(
        update(['Fine.', 'Not\u0000 fine.', 'Nor\uFEFFthis.']),
        'tweets.1',
        'tweets.2',
      );
      await assertInvalid(update(['Fine.', ' \n ']), 'tweets.1');
      await assertInvalid(update([]), 'tweets');
      await assertInvalid(
        update(Array.from({ length: MAX_EDITED_TWEETS + 1 }, () => 'x')),
        'tweets',
      );
      assert.deepEqual(await threads(), before);
    });
  });

  describe('previewPost', () => {
    const charges = ({ tweets }: PostPreview) => tweets.map((tweet) => tweet.estimatedCharge);
    const texts = ({ tweets }: PostPreview) => tweets.map(({ text }) => text);

    it('prices the option as it stands: five tweets without a link', async () => {
      const { prices, ...answer } = await preview();
      assert.deepEqual(answer, {
        tweets: generated(2).map((text) => ({
          text,
          weightedLength: 20,
          links: [],
          estimatedCharge: 0.015,
        })),
        estimatedCharge: 0.075,
      });
      assert.deepEqual([prices.post, prices.postWithLink], [0.015, 0.2]);
      assert.match(prices.date, /^20\d\d-\d\d-\d\d$/);
    });

    it('prices the user’s own version once there is one', async () => {
      await update(['Mine.', 'Read https://example.com']);
      const answer = await preview();
      assert.deepEqual(texts(answer), ['Mine.', 'Read https://example.com']);
      assert.deepEqual([charges(answer), answer.estimatedCharge], [[0.015, 0.2], 0.215]);
    });

    it('prices tweets that are not saved yet, and saves none', async () => {
      const before = await user.client.getJob({ jobId });
      assert.deepEqual(texts(await preview({ tweets: ['Maybe.'] })), ['Maybe.']);
      assert.deepEqual(await user.client.getJob({ jobId }), before);
    });

    it('counts as X does, and shows what X takes for a link', async () => {
      const url = `https://example.com/${'a'.repeat(100)}`;
      const { tweets } = await preview({
        tweets: [
          `Read ${url}.`,
          'Sign up at example.com',
          '漢字👩‍👩‍👧‍👦',
          'me@example.com',
          'README.md, a.com',
        ],
      });
      assert.deepEqual(
        tweets.map(({ weightedLength, links }) => [weightedLength, links]),
        [
          [29, [url]],
          [34, ['example.com']],
          [6, []],
          [14, []],
          [48, ['README.md', 'a.com']],
        ],
      );
    });

    it('shows a tweet that is too long instead of refusing it', async () => {
      const { tweets } = await preview({ tweets: ['Fine.', 'a'.repeat(300)] });
      assert.deepEqual(
        tweets.map(({ weightedLength }) => weightedLength),
        [5, 300],
      );
    });

    it('moves links to a closing reply: three charges for a link become one', async () => {
      const tweets = ['Read: a.com', 'On b.com we show it.', 'Last: https://c.com'];
      const asIs = await preview({ tweets });
      assert.deepEqual([charges(asIs), asIs.estimatedCharge], [[0.2, 0.2, 0.2], 0.6]);
      const moved = await preview({ tweets, linksInLastReply: true });
      assert.deepEqual(texts(moved), [
        'Read',
        'On (link below) we show it.',
        'Last',
        'a.com\nb.com\nhttps://c.com',
      ]);
      assert.deepEqual(moved.tweets.at(-1)?.links, ['a.com', 'b.com', 'https://c.com']);
      const [charged, total] = [charges(moved), moved.estimatedCharge];
      assert.deepEqual([charged, total], [[0.015, 0.015, 0.015, 0.2], 0.245]);
    });
  });

  type Refusal = readonly [QuikThreadStatus, ErrorDetails];
  /** Of whom, of which job, which option. */
  const refused: Readonly<
    Record<string, readonly [() => Promise<[Session, string]>, number, ...Refusal]>
  > = {
    'a job that is not there': [
      () => Promise.resolve([user, 'no-such-job']),
      0,
      'not-found',
      { code: 'job_missing' },
    ],
    "another user's job": [
      () => Promise.resolve([other, jobId]),
      0,
      'permission-denied',
      { code: 'job_not_yours' },
    ],
    'a job under way': [
      async () => [user, await pretendThreads(user, { status: 'generating', threads: null })],
      0,
      'failed-precondition',
      { code: 'job_wrong_state', status: 'generating' },
    ],
    'a job that failed': [
      async () => [user, await pretendThreads(user, { status: 'failed', threads: null })],
      0,
      'failed-precondition',
      { code: 'job_wrong_state', status: 'failed' },
    ],
    'a job that posts': [
      async () => [user, await pretendThreads(user, { kind: 'post', threads: null })],
      0,
      'failed-precondition',
      { code: 'job_wrong_state', status: 'completed' },
    ],
    'an option that is not there': [
      () => Promise.resolve([user, jobId]),
      5,
      'not-found',
      { code: 'thread_missing', threads: 5 },
    ],
  };
  for (const [name, [make, threadIndex, status, details]] of Object.entries(refused)) {
    it(`${name} can be neither edited nor previewed: ${details.code}`, async () => {
      const [{ client }, id] = await make();
      const choice = { jobId: id, threadIndex };
      const before = await threads();
      await assertRefused(client.updateThread({ ...choice, tweets: ['Mine.'] }), status, details);
      await assertRefused(client.updateThread({ ...choice, tweets: null }), status, details);
      await assertRefused(client.previewPost(choice), status, details);
      await assertRefused(client.previewPost({ ...choice, tweets: ['Mine.'] }), status, details);
      assert.deepEqual(await threads(), before);
    });
  }

  it('input that the contract does not allow is named by its fields', async () => {
    for (const threadIndex of [-1, 0.5, 100]) {
      await assertInvalid(update(['Mine.'], threadIndex), 'threadIndex');
      await assertInvalid(preview({ threadIndex }), 'threadIndex');
    }
    await assertInvalid(preview({ jobId: 'jobs/../users' }), 'jobId');
    await assertInvalid(preview({ tweets: ['Fine.', ''] }), 'tweets.1');
    await assertInvalid(preview({ tweets: [] }), 'tweets');
  });
});
