import assert from 'node:assert/strict';
import { addressLimit } from './addressLimits.js';

describe('addressLimit', () => {
  it('lets so many through in a window, and tells the rest when to come back', async () => {
    const take = addressLimit({ max: 3, windowSeconds: 60 });
    for (let call = 0; call < 3; call += 1) assert.equal(await take('203.0.113.7'), null);
    const retryAfterSeconds = await take('203.0.113.7');
    assert.ok(retryAfterSeconds !== null && retryAfterSeconds > 0 && retryAfterSeconds <= 60);
  });

  it('counts each address by itself', async () => {
    const take = addressLimit({ max: 1, windowSeconds: 60 });
    assert.equal(await take('203.0.113.7'), null);
    assert.equal(await take('203.0.113.8'), null);
    assert.notEqual(await take('203.0.113.7'), null);
  });

  it('counts each endpoint by itself', async () => {
    const [one, other] = [1, 1].map((max) => addressLimit({ max, windowSeconds: 60 }));
    assert.equal(await one?.('203.0.113.7'), null);
    assert.equal(await other?.('203.0.113.7'), null);
  });
});
