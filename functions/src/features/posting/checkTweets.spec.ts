import assert from 'node:assert/strict';
import { CallError } from '../../platform/errors.js';
import { loadTweetText } from '../../platform/tweetText.js';
import type { TweetText } from '../../platform/tweetText.js';
import { checkTweets } from './checkTweets.js';

describe('checkTweets', () => {
  let tweetText: TweetText;
  before(async () => {
    tweetText = await loadTweetText();
  });

  function fieldsRefused(...tweets: readonly string[]) {
    try {
      checkTweets(tweets, tweetText);
    } catch (error) {
      assert.ok(error instanceof CallError && error.details.code === 'invalid_input');
      return error.details.fields;
    }
    return [];
  }

  it('takes what is 280 long by X’s count, however many characters that are', () => {
    const url = `https://example.com/${'a'.repeat(300)}`;
    const tweets = [
      'a'.repeat(280),
      '漢'.repeat(140),
      '👩‍👩‍👧‍👦'.repeat(140),
      `${url} ${'a'.repeat(256)}`,
    ];
    assert.deepEqual(fieldsRefused(...tweets), []);
  });

  it('names each tweet that is longer, with its length and the limit', () => {
    const fields = fieldsRefused(
      'Fine.',
      'a'.repeat(281),
      'Fine.',
      `${'漢'.repeat(140)}!`,
      'Fine.',
    );
    assert.deepEqual(
      fields.map(({ field }) => field),
      ['tweets.1', 'tweets.3'],
    );
    for (const { problem } of fields) assert.match(problem, /\b281\b.*\b280\b/);
  });

  it('names a tweet with characters that X refuses, and both problems of one', () => {
    const [first, ...others] = fieldsRefused('Fine.', 'Not\u0000 fine', `${'a'.repeat(290)}\uFEFF`);
    assert.equal(first?.field, 'tweets.1');
    assert.match(first.problem, /control characters/);
    assert.deepEqual(
      others.map(({ field }) => field),
      ['tweets.2', 'tweets.2'],
    );
  });
});
