import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loadTweetText } from '../../platform/tweetText.js';
import type { TweetText } from '../../platform/tweetText.js';
import { fitTweets } from './fitTweets.js';

const FAMILY = '👩‍👩‍👧‍👦';
const URL = 'https://example.com/a.path/with?query=1&more=two';

describe('fitTweets', () => {
  let measure: TweetText;
  before(async () => {
    measure = await loadTweetText();
  });
  const fit = (...tweets: readonly string[]) => fitTweets(tweets, measure);
  const sentence = 'The quick brown fox jumps over the lazy dog near the river bank today. ';

  it('leaves what fits as it is', () => {
    const tweets = ['a'.repeat(280), 'Two\n\nlines', '漢'.repeat(140)];
    assert.deepEqual(fit(...tweets), tweets);
  });

  it('splits a 600-character tweet between sentences where there is room', () => {
    const long = sentence.repeat(8).trim();
    const fitted = fit('First.', long, 'Last.');
    assert.equal(fitted.length, 5);
    assert.equal(fitted.slice(1, -1).join(' '), long);
    for (const tweet of fitted.slice(1, -1)) assert.ok(tweet.endsWith('today.'), tweet);
  });

  it('shortens at a sentence where there is no room', () => {
    const others = Array.from({ length: 7 }, (_, i) => `Tweet ${i}.`);
    const fitted = fit(sentence.repeat(8).trim(), ...others);
    assert.equal(fitted.length, 8);
    assert.equal(fitted[0], sentence.repeat(3).trim());
  });

  it('shortens at a word where whole sentences would lose too much', () => {
    const others = Array.from({ length: 7 }, (_, i) => `Tweet ${i}.`);
    const [first] = fit(`Wow! ${'word '.repeat(120)}end.`, ...others);
    assert.match(first ?? '', /^Wow! (word )+word…$/);
    assert.ok((first ?? '').length > 250);
  });

  it('keeps what follows a sentence that had to be shortened', () => {
    const fitted = fit(`${'word '.repeat(80).trim()}. And then the end.`);
    assert.equal(fitted.length, 2);
    assert.equal(fitted[1], 'And then the end.');
  });

  it('splits CJK text at its full stops', () => {
    const japanese = '私は毎朝パンを焼いて駅の前で売っています。';
    const fitted = fit(japanese.repeat(14));
    assert.equal(fitted.join(''), japanese.repeat(14));
    for (const tweet of fitted) assert.ok(tweet.endsWith('。'), tweet);
  });

  it('does not end a sentence after a title', () => {
    const fitted = fit('We met Dr. Smith and Mrs. Jones at St. Paul. '.repeat(10).trim());
    for (const tweet of fitted) assert.ok(tweet.endsWith('Paul.'), tweet);
  });

  it('cuts a single word longer than a tweet between graphemes', () => {
    const [tweet] = fit(FAMILY.repeat(200));
    assert.equal(tweet, `${FAMILY.repeat(134)}…`);
    assert.equal(fit('x'.repeat(400))[0], `${'x'.repeat(268)}…`);
  });

  it('keeps the closing tweet of more than eight', () => {
    const tweets = Array.from({ length: 11 }, (_, i) => `Tweet ${i}.`);
    assert.deepEqual(fit(...tweets), [...tweets.slice(0, 7), 'Tweet 10.']);
  });

  it('closes a quotation at a cut', () => {
    const quoted = `She said: “${sentence.repeat(5).trim()}”`;
    const fitted = fit(quoted);
    assert.ok(fitted.length > 1);
    for (const tweet of fitted) {
      assert.equal(tweet.split('“').length, tweet.split('”').length, tweet);
    }
  });

  const unit = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom('word', 'don’t', 'naïve', 'कहानी', 'слово', 'x'.repeat(60)),
    },
    fc.constantFrom(URL, 'http://t.co/Ab9?x=1.', 'example.com/a?b'),
    fc.constantFrom('漢字かな交じり文。', '你好，世界！', 'ภาษาไทย', '한국어'),
    fc.constantFrom(FAMILY, '👍🏽', '🇩🇪🇫🇷', '❤️', '1️⃣', '🐦‍🔥'),
    fc.constantFrom('.', '!', '?', '…', ',', '\n\n', '“', '”', 'Dr.', '(a)'),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
  );
  const tweetArbitrary = fc
    .array(fc.tuple(unit, fc.constantFrom(' ', ' ', ' ', '')), { minLength: 1, maxLength: 150 })
    .map((pairs) => pairs.flat().join('').trim());
  const threadArbitrary = fc.array(tweetArbitrary, { minLength: 1, maxLength: 10 });

  it('never gives more than eight tweets, nor one over 280', () => {
    fc.assert(
      fc.property(threadArbitrary, (tweets) => {
        const fitted = fitTweets(tweets, measure);
        assert.ok(fitted.length <= 8);
        for (const tweet of fitted) assert.ok(measure.weightedLength(tweet) <= 280, tweet);
      }),
      { numRuns: 60 },
    );
  });

  it('cuts neither graphemes nor URLs, and words only where one fills a tweet', () => {
    const words = fc.array(
      fc.constantFrom(
        'word',
        'longer-words',
        'don’t',
        'слово',
        URL,
        FAMILY,
        '👍🏽',
        '🇩🇪',
        'end.',
        'Stop!',
      ),
      { minLength: 40, maxLength: 200 },
    );
    fc.assert(
      fc.property(words, (list) => {
        const known = new Set<string>(list);
        for (const tweet of fitTweets([list.join(' ')], measure)) {
          for (const part of tweet.split(/\s+/)) {
            assert.ok(known.has(part) || known.has(part.replace(/…$/, '')) || part === '…', part);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('keeps text without spaces whole between graphemes', () => {
    const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
    const parts = (text: string) => [...graphemes.segment(text)].map(({ segment }) => segment);
    const unspaced = fc.array(
      fc.constantFrom('漢', 'か', 'ภา', FAMILY, '👍🏽', '🇩🇪', 'é', 'e\u0301'),
      {
        minLength: 150,
        maxLength: 400,
      },
    );
    fc.assert(
      fc.property(unspaced, (list) => {
        const original = list.join('');
        let rest = parts(original);
        for (const tweet of fitTweets([original], measure)) {
          const kept = parts(tweet.replace(/…$/, ''));
          assert.deepEqual(kept, rest.slice(0, kept.length));
          rest = rest.slice(kept.length);
        }
      }),
      { numRuns: 60 },
    );
  });
});
