import assert from 'node:assert/strict';
import { clientAddress } from './clientAddress.js';

describe('clientAddress', () => {
  for (const [what, forwardedFor, socketAddress, expected] of [
    ['takes the only address', '203.0.113.7', '169.254.1.1', '203.0.113.7'],
    ['believes the last hop, not what a client wrote', '1.1.1.1, 203.0.113.7', '', '203.0.113.7'],
    ['reads a header that came twice', ['1.1.1.1', '203.0.113.7'], '', '203.0.113.7'],
    ['takes an IPv6 network for one', '2001:db8:1:2:aaaa::1', '', '2001:db8:1:2::'],
    ['knows IPv4 within IPv6', '::ffff:203.0.113.7', '', '203.0.113.7'],
    ['takes who is connected where nobody is forwarded', undefined, '127.0.0.1', '127.0.0.1'],
    ['counts what is no address as one', 'nonsense', '127.0.0.1', 'unknown'],
    ['counts who does not show as one', undefined, undefined, 'unknown'],
  ] as const) {
    it(what, () => {
      assert.equal(clientAddress(forwardedFor, socketAddress), expected);
    });
  }

  it('gives two addresses of one IPv6 network the same name', () => {
    const [one, other] = ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9'].map((address) =>
      clientAddress(address, undefined),
    );
    assert.equal(one, other);
    assert.notEqual(one, clientAddress('2001:db8:1:3::1', undefined));
  });
});
