import assert from 'node:assert/strict';
import fc from 'fast-check';
import { foldedText } from './fold.js';
import { carryQuotations, quotations } from './quotationMarks.js';
import { findQuote, inventedQuotes, withoutInventedQuotes } from './quotes.js';

const said =
  "So, um, I sold nine loaves in five days, you know, and I threw the rest away. It's not, uh, what I wanted. " +
  'The price was $11,000. Which one should I buy? The students liked it. Nobody said no.';
const transcript = foldedText(said.split(' '), 'en');
const invented = (text: string) => inventedQuotes(text, transcript, 'en');
const mended = (text: string) => withoutInventedQuotes(text, transcript, 'en');
const phrases = (text: string) => quotations(text).map(({ phrase }) => phrase);

describe('quotations', () => {
  const marks: Record<string, string> = {
    straight: 'He said "one two" twice',
    curly: 'He said “one two” twice',
    German: 'Er sagte „one two“ zweimal',
    Swedish: 'Han sa ”one two” igen',
    guillemets: 'Il a dit « one two » deux fois',
    'reversed guillemets': 'Er sagte »one two« zweimal',
    'CJK corner brackets': '彼は「one two」と言った',
    'CJK double corner brackets': '彼は『one two』と言った',
    'curly single': 'He said ‘one two’ twice',
    'straight single': "He said 'one two' twice",
  };
  for (const [name, text] of Object.entries(marks)) {
    it(`finds ${name} marks`, () => {
      assert.deepEqual(phrases(text), ['one two']);
    });
  }

  it('finds several, and the outermost of nested ones', () => {
    assert.deepEqual(phrases('"a b" and “c ‘d’ e”'), ['a b', 'c ‘d’ e']);
  });

  it('takes an unclosed opening mark as quoting the rest', () => {
    assert.deepEqual(phrases('She wrote: “this goes on'), ['this goes on']);
  });

  for (const text of [
    "Don't say it's the dogs' bowl",
    'Don’t say it’s the dogs’ bowl',
    "The '90s weren't better than the '80s",
    "Rock 'n' roll, 'cause it's fun",
    'A 6" pipe and a 5\'10" man',
    'No marks » at all',
  ]) {
    it(`finds none in ${JSON.stringify(text)}`, () => {
      assert.deepEqual(phrases(text), []);
    });
  }

  it('tells apostrophes inside single marks from the closing one', () => {
    assert.deepEqual(phrases("He said 'don't go' and left"), ["don't go"]);
    assert.deepEqual(phrases("It was 'the students' choice' again"), ["the students' choice"]);
    assert.deepEqual(phrases("'the boss' said 'go home'"), ['the boss', 'go home']);
  });
});

describe('carryQuotations', () => {
  it('closes a quotation before a cut and opens it again after', () => {
    assert.deepEqual(carryQuotations(['She said: “First this.', 'Then that.” And left.']), [
      'She said: “First this.”',
      '“Then that.” And left.',
    ]);
  });
});

describe('inventedQuotes', () => {
  for (const text of [
    '“I sold nine loaves in five days”',
    '“SOLD NINE LOAVES, in five days!”',
    '“in five days and I threw the rest away”',
    '“its not what I wanted”',
    '“It’s not what I wanted.”',
    '"$11.000"',
    "'which one should I buy?'",
    '“I sold nine loaves … I threw the rest away”',
    '“I sold nine loaves [of bread] in five days”',
    'a “no” from nobody',
    '“🔥”',
  ]) {
    it(`accepts ${text}`, () => {
      assert.deepEqual(invented(text), []);
    });
  }

  for (const [text, phrase] of [
    ['“I sold ten loaves in five days”', 'I sold ten loaves in five days'],
    ['He was “devastated” by it', 'devastated'],
    ['“liked i”', 'liked i'],
    ['“threw the rest away … I sold nine loaves”', 'threw the rest away … I sold nine loaves'],
  ] as const) {
    it(`refuses ${text}`, () => {
      assert.deepEqual(invented(text), [phrase]);
    });
  }

  it('does not fold English fillers in languages where they are words', () => {
    const german = foldedText('Er geht um den See'.split(' '), 'de');
    assert.deepEqual(inventedQuotes('„geht den See“', german, 'de'), ['geht den See']);
    assert.deepEqual(inventedQuotes('„Er geht um den See“', german, 'de'), []);
  });

  it('matches inside text without spaces', () => {
    const japanese = foldedText(['私は毎朝パンを焼きます。'], 'ja');
    assert.deepEqual(inventedQuotes('「毎朝パンを焼き」', japanese, 'ja'), []);
    assert.deepEqual(inventedQuotes('「毎晩パンを焼き」', japanese, 'ja'), ['毎晩パンを焼き']);
  });
});

describe('findQuote', () => {
  it('tells where each part was said', () => {
    const ranges = findQuote('nine loaves … threw the rest', transcript, 'en');
    const words = ranges?.map(({ from, to }) =>
      transcript.tokens.slice(from, to).map(({ text }) => text),
    );
    assert.deepEqual(words, [
      ['nine', 'loaves'],
      ['threw', 'the', 'rest'],
    ]);
  });
});

describe('withoutInventedQuotes', () => {
  it('takes the marks, not the words', () => {
    assert.equal(
      mended('“We failed,” he said. “I threw the rest away.”'),
      'We failed, he said. “I threw the rest away.”',
    );
    assert.equal(mended('Il a dit « jamais » hier'), 'Il a dit jamais hier');
    assert.equal(mended('彼は「絶対」と'), '彼は絶対と');
    assert.equal(mended('She wrote: “never again'), 'She wrote: never again');
  });

  it('looks at the inner quotation once the outer one is gone', () => {
    assert.equal(
      mended('“He told me ‘which one should I buy?’ and ‘never’”'),
      'He told me ‘which one should I buy?’ and never',
    );
  });

  it('leaves apostrophes alone', () => {
    assert.equal(mended("It's the dogs' and don't"), "It's the dogs' and don't");
  });

  it('leaves no invented quotation, and takes nothing but marks and spaces', () => {
    const part = fc.constantFrom(
      ...['“', '”', '"', '‘', '’', "'", '«', '»', '「', '」', '„', ' ', ' ', '\n'],
      ...['nine loaves', 'never', 'which one', 'dogs', "don't", '漢字', '🔥', '…', '6', '.'],
    );
    const textArbitrary = fc.array(part, { maxLength: 40 }).map((parts) => parts.join(''));
    const bare = (text: string) => text.replace(/[\s“”"‘’'«»「」„]/g, '');
    fc.assert(
      fc.property(textArbitrary, (text) => {
        const result = mended(text);
        assert.deepEqual(invented(result), []);
        assert.equal(bare(result), bare(text));
      }),
    );
  });
});
