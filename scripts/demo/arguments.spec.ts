import assert from 'node:assert/strict';
import { readArguments, UsageError } from './arguments.js';

const read = (...args: string[]) => readArguments(args, 'default.mp3');

describe("the demo's arguments", () => {
  it('take the sample and the free plan where nothing is said', () => {
    assert.deepEqual(read(), {
      source: { file: 'default.mp3' },
      tier: 'free',
      email: undefined,
      post: false,
      analytics: false,
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
      post: false,
      analytics: false,
      json: true,
    });
  });

  for (const [args, expected] of [
    [['--post'], { tier: 'pro', post: true, analytics: false }],
    [['--post', '--tier', 'business'], { tier: 'business', post: true, analytics: false }],
    [['--analytics'], { tier: 'business', post: true, analytics: true }],
    [['--analytics', '--post'], { tier: 'business', post: true, analytics: true }],
  ] as const) {
    it(`take ${args.join(' ')} for the ${expected.tier} plan`, () => {
      const options = read(...args);
      assert.ok(options);
      const { tier, post, analytics } = options;
      assert.deepEqual({ tier, post, analytics }, expected);
    });
  }

  for (const [args, said] of [
    [['--post', '--tier', 'free'], /^--post needs --tier pro or business: the free plan cannot/],
    [['--analytics', '--tier', 'free'], /^--analytics needs --tier business: the free plan has/],
    [['--analytics', '--tier', 'pro'], /^--analytics needs --tier business: the pro plan has/],
  ] as const) {
    it(`refuse ${args.join(' ')} and say why`, () => {
      assert.throws(
        () => read(...args),
        (error) => error instanceof UsageError && said.test(error.message),
      );
    });
  }

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
