import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loadTweetText } from '../../platform/tweetText.js';
import type { TweetText } from '../../platform/tweetText.js';
import { linksInLastReply } from './linksInLastReply.js';

describe('linksInLastReply', () => {
  let tweetText: TweetText;
  before(async () => {
    tweetText = await loadTweetText();
  });
  const move = (...tweets: readonly string[]) => linksInLastReply(tweets, tweetText);

  const link = 'https://example.com/a?b=c';
  const moved: Readonly<Record<string, readonly [tweet: string, left: string]>> = {
    'at the end': [`We wrote about it ${link}`, 'We wrote about it'],
    'after a colon': [`Read more: ${link}`, 'Read more'],
    'after an arrow': [`Read more → ${link}`, 'Read more'],
    'after a pointing hand': [`Read more 👉🏽 ${link}`, 'Read more'],
    'before a full stop': [`We wrote about it: ${link}.`, 'We wrote about it.'],
    'after a sentence, with a full stop of its own': [`We did! ${link}.`, 'We did!'],
    'on a line of its own': [`First.\n${link}\nLast.`, 'First.\nLast.'],
    'between empty lines': [`First.\n\n${link}\n\nLast.`, 'First.\n\nLast.'],
    'on the last line': [`First.\n\n👇\n${link}`, 'First.\n\n👇'],
    'at the end of a line': [`Read: ${link}\nLast.`, 'Read\nLast.'],
    'as an item of a list': [`Links:\n- ${link}\n\nLast.`, 'Links:\n\nLast.'],
    'in brackets at the end': [`Our paper (${link})`, 'Our paper'],
    'in brackets within': [`Our paper (${link}) says so.`, 'Our paper (link below) says so.'],
    'in brackets that hold more': [`We did (see ${link}).`, 'We did (see (link below)).'],
    'in quotation marks': [`Look for “${link}” there.`, 'Look for (link below) there.'],
    'in a sentence': [`On ${link} we show it.`, 'On (link below) we show it.'],
    'at a sentence’s beginning': [`${link} has it all.`, '(link below) has it all.'],
    'where a sentence needs it': [`Sign up at ${link}`, 'Sign up at (link below)'],
    'where a sentence needs it, before its full stop': [
      `Sign up at ${link}.`,
      'Sign up at (link below).',
    ],
    'in a script without spaces': [`パンは${link}で`, 'パンは(link below)で'],
  };
  for (const [name, [tweet, left]] of Object.entries(moved)) {
    it(`moves a link ${name}`, () => {
      const url = name.includes('without spaces') ? 'https://example.com/a' : link;
      assert.deepEqual(move('One.', tweet.replace(link, url), 'Three.'), [
        'One.',
        left,
        'Three.',
        url,
      ]);
    });
  }

  it('moves bare domains', () => {
    assert.deepEqual(move('Try example.com today.', 'Read: shop.example.co.uk/x'), [
      'Try (link below) today.',
      'Read',
      'example.com\nshop.example.co.uk/x',
    ]);
  });

  it('moves several of a line', () => {
    assert.deepEqual(move('Both: a.com b.com/c-', 'See a.com and d.com.'), [
      'Both',
      'See (link below) and (link below).',
      'a.com\nb.com/c-\nd.com',
    ]);
  });

  it('leaves alone a tweet without links, and a thread without any', () => {
    const odd = '  One:  \n\n\n\n→ ';
    assert.deepEqual(move(odd, 'Two.'), [odd, 'Two.']);
    assert.deepEqual(move(odd, 'Two: a.com'), [odd, 'Two', 'a.com']);
  });

  it('drops a tweet that was nothing but links', () => {
    assert.deepEqual(move('One.', '👉 a.com\n2. b.com', '“c.com”', '4/5 d.com', 'Five.'), [
      'One.',
      'Five.',
      'a.com\nb.com\nc.com\nd.com',
    ]);
  });

  it('leaves as it is a thread that is nothing but links', () => {
    const tweets = ['a.com', '→ https://b.com'];
    assert.deepEqual(move(...tweets), tweets);
  });

  it('lists the same link once, in the order of the first mentions', () => {
    assert.deepEqual(move('One: b.com', 'Two: a.com', 'Three: b.com'), [
      'One',
      'Two',
      'Three',
      'b.com\na.com',
    ]);
  });

  it('needs several replies for more than eleven links', () => {
    const links = Array.from(
      { length: 25 },
      (_, i) => `https://example.com/${'x'.repeat(40)}/${i}`,
    );
    const [first, ...replies] = move(`All:\n${links.join('\n')}`);
    assert.equal(first, 'All:');
    assert.deepEqual(
      replies.map((reply) => reply.split('\n').length),
      [11, 11, 3],
    );
    assert.deepEqual(replies.join('\n').split('\n'), links);
  });

  it('finds a link that only the removal of another makes', () => {
    const tweets = move('Odd: a.com\u200Dexample.org b.com', 'Two.');
    for (const tweet of tweets.slice(0, -1)) assert.deepEqual(tweetText.links(tweet), []);
  });

  const piece = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom('word', 'at', 'don’t', 'слово', '漢字', '👍🏽', '1/5', '-'),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        'https://example.com/a?b=c',
        'http://example.com',
        'example.com',
        'a.co',
        't.co/x',
        'shop.example.co.uk/x_(y)',
        'müller.de',
        'EXAMPLE.com/-',
        'https://例え.jp/パス',
      ),
    },
    fc.webUrl(),
    fc.constantFrom(
      '.',
      ':',
      '→',
      '👉',
      '(',
      ')',
      '“',
      '”',
      '<',
      '>',
      '\n',
      '\n\n',
      ',',
      '?',
      '@',
      '/',
    ),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
  );
  const tweet = fc
    .array(fc.tuple(piece, fc.constantFrom(' ', ' ', ' ', '')), { minLength: 1, maxLength: 30 })
    .map((pairs) => pairs.flat().join('').trim())
    .filter((text) => text !== '');
  const thread = fc.array(tweet, { minLength: 1, maxLength: 8 });

  it('never loses a link, leaves none outside the closing replies, and makes nothing too long', () => {
    fc.assert(
      fc.property(thread, (tweets) => {
        const result = move(...tweets);
        const links = new Set(tweets.flatMap((text) => tweetText.links(text)));
        if (tweets.every((text) => tweetText.links(text).length > 0)) {
          // Where nothing else is in any of them, they stay.
          if (result.every((text, i) => text === tweets[i])) return;
        }
        const isListing = (text: string) =>
          text.split('\n').every((line) => links.has(line) || tweetText.links(line)[0] === line);
        const from = result.findLastIndex((text) => !isListing(text)) + 1;
        for (const text of result.slice(0, from)) assert.deepEqual(tweetText.links(text), []);
        const listed = result.slice(from).join('\n').split('\n');
        for (const one of links) assert.ok(listed.includes(one), one);
        assert.equal(new Set(listed).size, listed.length);
        const longest = Math.max(280, ...tweets.map((text) => tweetText.weightedLength(text)));
        for (const text of result) {
          assert.notEqual(text.trim(), '');
          assert.ok(tweetText.weightedLength(text) <= longest, text);
        }
      }),
      { numRuns: 300 },
    );
  });
});
