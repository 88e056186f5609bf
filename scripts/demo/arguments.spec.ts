import assert from 'node:assert/strict';
import { readArguments, UsageError } from './arguments.js';

const read = (...args: string[]) => readArguments(args, 'default.mp3');

describe("the demo's arguments", () => {
  it('take the sample and the free plan where nothing is said', () => {
    assert.deepEqual(read(), {
      source: { file: 'default.mp3' },
      tier: 'free',
      email: undefined,
      json: false,
    });
  });

  it('take a link, a plan, an email and JSON', () => {
    const options = read(
      '--url',
      'https://a.example/b',
      '--tier=pro',
      '--email',
      'a@b.c',
      '--json',
    );
    assert.deepEqual(options, {
      source: { url: 'https://a.example/b' },
      tier: 'pro',
      email: 'a@b.c',
      json: true,
    });
  });

  it('answer null where help is asked for', () => {
    assert.equal(read('--help'), null);
  });

  for (const args of [
    ['--file', 'a.mp3', '--url', 'https://a.example'],
    ['--tier', 'gold'],
    ['--unknown'],
    ['--file'],
    ['stray'],
  ]) {
    it(`refuse ${args.join(' ')}`, () => {
      assert.throws(() => read(...args), UsageError);
    });
  }
});
