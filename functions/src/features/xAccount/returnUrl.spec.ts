import assert from 'node:assert/strict';
import { CallError } from '../../platform/errors.js';
import { chooseReturnUrl } from '../../platform/returnUrl.js';
import { withOutcome } from './returnUrl.js';

const origins = ['https://app.example.com', 'http://localhost:5173'];

describe('the return URL', () => {
  it('is the first origin unless told', () => {
    assert.equal(chooseReturnUrl(undefined, origins), 'https://app.example.com/');
  });

  for (const [asked, expected] of [
    ['https://app.example.com', 'https://app.example.com/'],
    ['https://app.example.com/settings?tab=x#here', 'https://app.example.com/settings?tab=x#here'],
    ['HTTPS://APP.EXAMPLE.COM:443/a/../b', 'https://app.example.com/b'],
    ['http://localhost:5173/x', 'http://localhost:5173/x'],
  ] as const) {
    it(`may be ${asked}`, () => {
      assert.equal(chooseReturnUrl(asked, origins), expected);
    });
  }

  for (const asked of [
    'https://evil.example/',
    'https://app.example.com.evil.example/',
    'https://sub.app.example.com/',
    'https://app.example.com@evil.example/',
    'https://evil.example/https://app.example.com/',
    'https://user:pass@app.example.com/',
    'https://user@app.example.com/',
    'http://app.example.com/',
    'https://app.example.com:8443/',
    'http://localhost/',
    'http://localhost:51730/',
    'https://evil.example\\@app.example.com/',
    'blob:https://app.example.com/0',
    'javascript:location="https://app.example.com/"',
    'data:text/html,https://app.example.com/',
    'file://app.example.com/etc/passwd',
    'https:evil.example/',
  ]) {
    it(`may not be ${asked}`, () => {
      assert.throws(
        () => chooseReturnUrl(asked, origins),
        (error) => {
          assert.ok(error instanceof CallError);
          assert.deepEqual(error.details, {
            code: 'invalid_input',
            fields: [
              {
                field: 'returnUrl',
                problem: 'must be an address on https://app.example.com or http://localhost:5173',
              },
            ],
          });
          return true;
        },
      );
    });
  }

  it('carries the outcome, beside what was in it, and no earlier one', () => {
    const url = 'https://app.example.com/a?b=c&xError=denied&xConnection=old#d';
    assert.equal(
      withOutcome(url, { connection: 'secret' }),
      'https://app.example.com/a?b=c&xConnection=secret#d',
    );
    assert.equal(
      withOutcome(url, { error: 'exchange_failed' }),
      'https://app.example.com/a?b=c&xError=exchange_failed#d',
    );
  });
});
