import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { HOST, portsAt, portsInUse, readPortOffset } from './ports.js';

describe('readPortOffset', () => {
  it('takes a whole number', () => {
    assert.equal(readPortOffset('1200'), 1200);
  });

  it('falls back where nothing is said', () => {
    assert.equal(readPortOffset(undefined, 1000), 1000);
    assert.equal(readPortOffset('', 1000), 1000);
  });

  for (const value of ['-1', '1.5', 'x', '1e3', '60000']) {
    it(`refuses ${value} and names the variable`, () => {
      assert.throws(() => readPortOffset(value), /PORT_OFFSET.*"/);
    });
  }
});

describe('portsAt', () => {
  it('shifts every port, and no two offsets that tests use meet', () => {
    const plain = portsAt(0).list.map((use) => use.port);
    const shifted = portsAt(1000).list.map((use) => use.port);
    assert.deepEqual(
      shifted,
      plain.map((port) => port + 1000),
    );
    assert.equal(new Set([...plain, ...shifted]).size, plain.length * 2);
  });

  it('finds the one that is in use', async () => {
    const ports = portsAt(31_000);
    const server = createServer();
    const taken = ports.of('storage');
    await new Promise<void>((resolve) => server.listen(taken, HOST, resolve));
    try {
      const inUse = await portsInUse(ports);
      assert.deepEqual(
        inUse.map((use) => [use.port, use.what]),
        [[taken, 'Storage emulator']],
      );
    } finally {
      server.close();
    }
  });
});
