import assert from 'node:assert/strict';
import { mayConnectTo } from './address.js';

describe('mayConnectTo', () => {
  for (const address of [
    '93.184.215.14',
    '8.8.8.8',
    '2606:4700::1111',
    '2a00:1450:4001:81b::200e',
  ]) {
    it(`allows the public address ${address}`, () => {
      assert.equal(mayConnectTo(address, false), true);
    });
  }

  const forbidden = [
    ...['0.0.0.0', '0.1.2.3', '10.1.2.3', '100.64.0.1', '169.254.169.254', '172.16.0.1'],
    ...['172.31.255.255', '192.0.0.8', '192.0.2.1', '192.168.1.1', '198.18.0.1', '198.51.100.1'],
    ...['203.0.113.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
    ...[
      '::',
      'fe80::1',
      'fc00::1',
      'fd00:ec2::254',
      'fec0::1',
      'ff02::1',
      '2001:db8::1',
      '3fff::1',
    ],
    ...['100::1', '::10.0.0.1', '::ffff:10.0.0.1', '::ffff:169.254.169.254', '::ffff:0:10.0.0.1'],
    ...['64:ff9b::a00:1', '64:ff9b:1::a00:1', '2002:a00:1::', '2001::1', '5f00::1'],
    'not an address',
  ];
  for (const address of forbidden) {
    it(`forbids ${address}, loopback allowed or not`, () => {
      assert.deepEqual([mayConnectTo(address, false), mayConnectTo(address, true)], [false, false]);
    });
  }

  for (const address of ['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1']) {
    it(`allows the loopback address ${address} only where it is asked to`, () => {
      assert.deepEqual([mayConnectTo(address, false), mayConnectTo(address, true)], [false, true]);
    });
  }
});
