import assert from 'node:assert/strict';
import { hasRefusedCharacters, loadTweetText, withoutRefusedCharacters } from './tweetText.js';
import type { TweetText } from './tweetText.js';

const FAMILY = '👩‍👩‍👧‍👦';
const URL = 'https://example.com/a.path/with?query=1&more=two';

describe('weighted length', () => {
  let measure: TweetText;
  before(async () => {
    measure = await loadTweetText();
  });

  // Cases of X's own: docs.x.com/resources/fundamentals/counting-characters
  for (const [text, length] of [
    ['hello', 5],
    ['e\u0301', 1],
    ['漢字', 4],
    [FAMILY, 2],
    ['👍🏽', 2],
    [URL, 23],
    ['…', 2],
    ['“”', 2],
  ] as const) {
    it(`counts ${text} as ${length}`, () => {
      assert.equal(measure.weightedLength(text), length);
    });
  }

  it('never counts an emoji that is newer than the library as less than X does', () => {
    assert.ok(measure.weightedLength('🐦‍🔥') >= 2);
    assert.ok(measure.weightedLength('🫠') >= 2);
  });
});

describe('links', () => {
  let text: TweetText;
  before(async () => {
    text = await loadTweetText();
  });

  for (const [tweet, ...links] of [
    ['No link, and none in 3.5 or e.g. or a…b'],
    [`Read ${URL}.`, URL],
    [
      'Sign up at example.com, or at shop.example.co.uk/try?x=1!',
      'example.com',
      'shop.example.co.uk/try?x=1',
    ],
    ['(example.com)', 'example.com'],
    ['パンはexample.comで', 'example.com'],
    ['müller.de', 'müller.de'],
    ['Look into README.md', 'README.md'],
    [
      'HTTP://EXAMPLE.COM/A twice: HTTP://EXAMPLE.COM/A',
      'HTTP://EXAMPLE.COM/A',
      'HTTP://EXAMPLE.COM/A',
    ],
    ['t.co/abc', 't.co/abc'],
    ['me@example.com and @example.com and #example.com'],
  ] as const) {
    it(`of ${tweet}: ${links.join(' ') || 'none'}`, () => {
      assert.deepEqual(text.links(tweet), links);
    });
  }
});

describe('characters that X refuses', () => {
  for (const [name, character] of [
    ['NUL', '\u0000'],
    ['escape', '\u001B'],
    ['a C1 control', '\u0085'],
    ['a byte order mark', '\uFEFF'],
    ['a non-character', '\uFFFE'],
    ['half a surrogate pair', '\uD83D'],
  ] as const) {
    it(`${name} is one`, () => {
      assert.equal(hasRefusedCharacters(`a${character}b`), true);
      assert.equal(withoutRefusedCharacters(`a${character}b${character}`), 'ab');
    });
  }

  it('line breaks, tabs, joiners and marks of direction are none', () => {
    const fine = `a\r\n\tb ${FAMILY} \u200Fשלום 😀`;
    assert.equal(hasRefusedCharacters(fine), false);
    assert.equal(withoutRefusedCharacters(fine), fine);
  });
});
