import assert from 'node:assert/strict';
import { isSameTweet } from './postedText.js';

describe('isSameTweet', () => {
  const same: Readonly<Record<string, readonly [sent: string, seen: string]>> = {
    'plain text': ['How it began.', 'How it began.'],
    'a decomposed character': ['Cafe\u0301 noir', 'Café noir'],
    'space at the ends': ['  Bread.\n', 'Bread.'],
    'line breaks of Windows': ['One.\r\n\r\nTwo.', 'One.\n\nTwo.'],
    'collapsed space': ['One.  Two.\n\n\n\nThree.', 'One. Two.\n\nThree.'],
    'a space that does not break': ['10\u00A0km', '10 km'],
    'a control character dropped': ['Bre\u0007ad', 'Bread'],
    'a link as it was': ['Read https://a.com/x?y=1#z', 'Read https://a.com/x?y=1#z'],
    'a bare domain written out': ['Sign up at example.com.', 'Sign up at http://example.com/.'],
    'a bare domain, without the slash': ['example.com today', 'http://example.com today'],
    'a bare domain, as https': ['example.com', 'https://example.com'],
    'a bare domain with a path': ['See example.com/a/b now', 'See http://example.com/a/b now'],
    'a bare domain with a query': ['example.com?x=1', 'http://example.com/?x=1'],
    'a domain inside Japanese': ['パンはexample.comで', 'パンはhttp://example.comで'],
    'a domain in brackets': ['(example.com)', '(http://example.com/)'],
    'a slash added to a whole address': ['https://example.com', 'https://example.com/'],
    'a slash dropped': ['https://example.com/ is it', 'https://example.com is it'],
    'a port': ['http://example.com:8080', 'http://example.com:8080/'],
    'http made https': ['http://example.com/a', 'https://example.com/a'],
    'capitals in a domain': ['Example.COM/Path', 'http://example.com/Path'],
    'a domain outside ASCII, as punycode': ['müller.de', 'http://xn--mller-kva.de/'],
    'a path outside ASCII, encoded': ['https://a.com/brötchen', 'https://a.com/br%C3%B6tchen'],
    'an ending that is newer than twitter-text': ['play.music', 'http://play.music/'],
    'the old name of X': ['https://x.com/ada/status/1', 'https://twitter.com/ada/status/1'],
    'two links': ['a.com and b.com/c', 'http://a.com and http://b.com/c'],
    'a link of the media behind it': ['Look at this', 'Look at this https://t.co/Ab9xYz'],
    'a photo behind it': ['Look', 'Look https://x.com/ada/status/12/photo/1'],
    'a link and one behind it': ['Read a.com', 'Read http://a.com https://t.co/Ab9xYz'],
    'a t.co of the user’s own': ['Look https://t.co/Ab9xYz', 'Look https://t.co/Ab9xYz'],
    'its author mentioned before a reply': ['Second.', '@ada Second.'],
    'signs that HTML would escape': ['a < b && c > "d"', 'a < b && c > "d"'],
    'an emoji of several parts': ['👩‍👩‍👧‍👦 ❤️', '👩‍👩‍👧‍👦 ❤️'],
    'a percentage': ['50%25 of 100%', '50%25 of 100%'],
    'bytes that are no UTF-8': ['a.com/%FF', 'http://a.com/%FF'],
  };
  for (const [name, [sent, seen]] of Object.entries(same)) {
    it(`knows ${name}`, () => {
      assert.equal(isSameTweet(sent, seen), true);
    });
  }

  const different: Readonly<Record<string, readonly [sent: string, seen: string]>> = {
    'another word': ['How it began.', 'How it ended.'],
    'a beginning': ['How it began.', 'How it'],
    'more behind it': ['How it began', 'How it began, and ended'],
    'other capitals': ['Why?', 'WHY?'],
    'another mark': ['Why?', 'Why!'],
    'another number': ['Tip 1.2', 'Tip 1.0.0.2'],
    'another domain': ['Read a.com', 'Read http://b.com'],
    'another path': ['Read a.com/x', 'Read http://a.com/y'],
    'capitals in a path': ['a.com/Path', 'http://a.com/path'],
    'a longer path': ['a.com', 'http://a.com/x'],
    'another query': ['a.com/?x=1', 'http://a.com/?x=2'],
    'a link that was not sent': ['Read', 'Read https://a.com'],
    'a link that is gone': ['Read https://a.com', 'Read'],
    'a link in the middle': ['Read this', 'Read https://t.co/Ab9xYz this'],
    'a mention that was sent': ['@ada Second.', 'Second.'],
    'a mention in the middle': ['Hi there', 'Hi @ada there'],
    nothing: ['Something', ''],
  };
  for (const [name, [sent, seen]] of Object.entries(different)) {
    it(`tells apart ${name}`, () => {
      assert.equal(isSameTweet(sent, seen), false);
    });
  }
});
