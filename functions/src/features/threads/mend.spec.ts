import assert from 'node:assert/strict';
import { loadTweetText } from '../../platform/tweetText.js';
import type { Draft } from './answer.js';
import { foldedText } from './fold.js';
import { mend } from './mend.js';
import type { Standard } from './problems.js';

describe('mend', () => {
  let standard: Standard;
  before(async () => {
    const transcript = foldedText('We sold one bread and people came back'.split(' '), 'en');
    standard = { transcript, language: 'en', measure: await loadTweetText() };
  });

  const tweets = ['One.', 'Two.', 'Three.', 'Four.', 'Five.'];
  const drafts = (first: Partial<Draft>): Draft[] =>
    Array.from({ length: 5 }, (_, i) => ({ hook: 'Hook', tweets, ...(i === 0 ? first : {}) }));
  const firstOf = (first: Partial<Draft>) => mend(drafts(first), standard)?.[0];

  it('leaves what is right as it is', () => {
    assert.deepEqual(mend(drafts({}), standard), drafts({}));
  });

  it('takes out what X refuses or does not show', () => {
    const odd = '\uFEFFWe\u0000 sold\tone \r\n\n\n\nbre\u0301ad\uD800 \uFFFE';
    const mended = firstOf({ tweets: [odd, ...tweets.slice(1)] });
    assert.equal(mended?.tweets[0], 'We sold one\n\nbréad');
  });

  it('keeps the joiners inside emoji', () => {
    const mended = firstOf({ tweets: ['👩‍👩‍👧‍👦 ❤️', ...tweets.slice(1)] });
    assert.equal(mended?.tweets[0], '👩‍👩‍👧‍👦 ❤️');
  });

  it('unquotes the hook too, and takes the first tweet for a missing one', () => {
    assert.equal(firstOf({ hook: '“Never” and “one bread”' })?.hook, 'Never and “one bread”');
    assert.equal(firstOf({ hook: ' \n' })?.hook, 'One.');
  });

  it('drops empty tweets, and gives up on a thread left too short', () => {
    assert.deepEqual(firstOf({ tweets: ['', ...tweets, ' '] })?.tweets, tweets);
    assert.equal(mend(drafts({ tweets: ['', ...tweets.slice(1)] }), standard), null);
  });
});
