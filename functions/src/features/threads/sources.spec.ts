import assert from 'node:assert/strict';
import type { SourceRange } from '@quikthread/contract';
import { interview, transcriptionOf } from '../../testing/interview.js';
import { sourceFinder } from './sources.js';

const transcription = transcriptionOf(interview);
const sourcesOf = sourceFinder(transcription);

/** What is said in a range, by its speaker. */
function saidIn({ start, end, speaker }: SourceRange, { words } = transcription): string {
  return words
    .filter((word) => word.start >= start && word.end <= end && word.speaker === speaker)
    .map((word) => word.text)
    .join(' ');
}

describe('sourceFinder', () => {
  const paraphrases: readonly (readonly [tweet: string, said: RegExp, speaker: number])[] = [
    [
      'She fixed her first flat tyre on the pavement with a borrowed pump and a spoon 🥄',
      /fixed it on the pavement/,
      1,
    ],
    [
      'By the end of the summer she had repaired 60 bicycles, without a sign.',
      /repaired sixty bicycles/,
      1,
    ],
    ['She doubled her price and lost exactly one customer 😅', /doubled the price/, 1],
    ['Her second job paid in cake. 🍰', /second job that pays in cake/, 1],
    ['She tried hiring two mechanics.', /hire two mechanics/, 1],
    [
      'One left after nine days because she checked every screw he touched.',
      /nine days because/,
      1,
    ],
    ['She couldn’t let go of the spanner.', /let go of the spanner/, 1],
    ['Brakes are the only thing she never delegates.', /Brakes are the one thing/, 1],
    [
      'Don’t buy tools first: her €400 truing stand became an expensive coat rack.',
      /truing stand/,
      1,
    ],
    ['The waiting list is four months long.', /four months long/, 0],
  ];
  for (const [tweet, said, speaker] of paraphrases) {
    it(`finds what is told by ${JSON.stringify(tweet)}`, () => {
      const ranges = sourcesOf(tweet);
      assert.ok(ranges.length > 0);
      assert.match(ranges.map((range) => saidIn(range)).join(' | '), said);
      assert.ok(ranges.some((range) => range.speaker === speaker));
    });
  }

  for (const tweet of [
    'Follow me for more stories like this one and share it with a friend!',
    'Let me tell it from the start 📖',
    'What do you think? Tell me in the replies 👇',
    'The stock market fell by three percent after the central bank raised interest rates.',
    'Artificial intelligence will change how we write software in the next ten years.',
    'The secret of good sleep is a dark room and a fixed hour for going to bed.',
    'If you want to go fast, go alone. If you want to go far, go together.',
    'People do not buy what you do, they buy why you do it.',
    'The new phone costs nine hundred euros and has three cameras.',
    'Seven out of ten customers came back within two weeks.',
    '🔥🔥🔥',
    '',
  ]) {
    it(`finds nothing for ${JSON.stringify(tweet)}`, () => {
      assert.deepEqual(sourcesOf(tweet), []);
    });
  }

  it('gives a quotation exactly its words', () => {
    const [range, ...others] = sourcesOf('“I felt ten feet tall.”');
    assert.ok(range);
    assert.deepEqual(others, []);
    assert.equal(saidIn(range), 'I felt ten feet tall.');
  });

  it('finds a sentence of everyday words that was said word for word', () => {
    const [range, ...others] = sourcesOf('👉 That hurt, because it was true.');
    assert.ok(range);
    assert.deepEqual(others, []);
    assert.equal(saidIn(range), 'That hurt, because it was true.');
  });

  it('gives each side of a conversation its own range, in order', () => {
    const ranges = sourcesOf(
      '“You pulled the tyre off with a spoon?”\n\n“With a soup spoon, yes.”',
    );
    assert.deepEqual(
      ranges.map((range) => [range.speaker, saidIn(range)]),
      [
        [0, 'You pulled the tyre off with a spoon?'],
        [1, 'With a soup spoon, yes.'],
      ],
    );
    assert.ok((ranges[0]?.end ?? 0) <= (ranges[1]?.start ?? 0));
  });

  it('merges what one speaker says in a row', () => {
    const ranges = sourcesOf(
      'A puncture was five euros, a whole new wheel was five euros. She was afraid that people would leave if she asked for more.',
    );
    assert.equal(ranges.length, 1);
    assert.ok(ranges[0]);
    assert.match(saidIn(ranges[0]), /^A puncture.*asked for more\.$/);
  });

  it('works on a transcript without punctuation, by pauses', () => {
    const bare = transcriptionOf(
      interview.map(([, text]) => [null, text.replace(/[.,?]/g, '').toLowerCase()] as const),
    );
    const ranges = sourceFinder(bare)('By the end of summer she had repaired sixty bicycles.');
    assert.equal(ranges.length, 1);
    assert.ok(ranges[0]);
    assert.match(saidIn(ranges[0], bare), /repaired sixty bicycles/);
  });

  it('works on a script without spaces', () => {
    const japanese = transcriptionOf(
      [
        [0, '三年前、私は駅の前でパンを売り始めました。'],
        [0, '最初の週は十二種類のパンを作りました。'],
        [0, '次の朝、私は一種類だけ持って行きました。'],
        [0, '客は比べるのをやめて、信じるようになりました。'],
      ],
      'ja',
    );
    const find = sourceFinder(japanese);
    const ranges = find('最初の週、十二種類のパンを作った。');
    assert.equal(ranges.length, 1);
    assert.ok(ranges[0]);
    assert.match(saidIn(ranges[0], japanese), /十二種類/);
    assert.deepEqual(find('株式市場は昨日大きく下がった。'), []);
  });

  it('finds nothing in an empty transcript', () => {
    assert.deepEqual(sourceFinder(transcriptionOf([]))('“Anything” at all.'), []);
  });
});
