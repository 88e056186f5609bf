import assert from 'node:assert/strict';
import type { XAccount } from '@quikthread/contract';
import { createXConnection, withoutXConnection } from './xConnection.js';

const account: XAccount = {
  username: 'ada',
  name: 'Ada',
  connectedAt: '2026-11-21T10:00:00.000Z',
  status: 'connected',
};

/** What is confirmed, and what comes of an address. */
async function completed(address: string) {
  const confirmed: string[] = [];
  const client = createXConnection({
    confirmX: ({ connection }) => {
      confirmed.push(connection);
      return Promise.resolve(account);
    },
  });
  return { outcome: await client.completeXConnection(address), confirmed };
}

describe('completeXConnection', () => {
  it('confirms the connection that the address holds', async () => {
    const { outcome, confirmed } = await completed(
      'https://app.example/x?tab=2&xConnection=a%2Bb#end',
    );
    assert.deepEqual(outcome, { account, error: null });
    assert.deepEqual(confirmed, ['a+b']);
  });

  for (const [told, error] of [
    ['denied', 'denied'],
    ['state_invalid', 'state_invalid'],
    ['of-a-later-version', 'exchange_failed'],
  ] as const) {
    it(`tells the error ${told} as ${error}, and confirms nothing`, async () => {
      const { outcome, confirmed } = await completed(`https://app.example/?xError=${told}`);
      assert.deepEqual(outcome, { account: null, error });
      assert.deepEqual(confirmed, []);
    });
  }

  it('answers null for any other address', async () => {
    const { outcome, confirmed } = await completed('https://app.example/?x=1');
    assert.equal(outcome, null);
    assert.deepEqual(confirmed, []);
  });
});

describe('withoutXConnection', () => {
  it("takes the connection's parameters out of an address, and nothing else", () => {
    const address = 'https://app.example/x?tab=2&xConnection=secret&xError=denied#end';
    assert.equal(withoutXConnection(address), 'https://app.example/x?tab=2#end');
    assert.equal(withoutXConnection('https://app.example/x'), 'https://app.example/x');
  });
});
