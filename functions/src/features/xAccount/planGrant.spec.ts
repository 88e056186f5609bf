import assert from 'node:assert/strict';
import { planGrant } from './freshGrant.js';
import type { Tokens } from './store.js';

const now = new Date('2026-11-21T10:00:00Z');
const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const tokens: Tokens = {
  userId: 'ada',
  identity: { xUserId: '1', username: 'ada', name: 'Ada' },
  grantId: 'g1',
  grant: { keyId: 'a', ciphertext: '' },
  accessExpiresAt: inSeconds(7200),
  status: 'connected',
  lease: null,
  connectedAt: now,
  updatedAt: now,
};
const held = { owner: 'somebody', expiresAt: inSeconds(10) };

describe('what to do about tokens', () => {
  it('uses an access token with over two minutes left', () => {
    assert.equal(planGrant(tokens, null, now), 'use');
    assert.equal(planGrant({ ...tokens, accessExpiresAt: inSeconds(121) }, null, now), 'use');
  });
  it('refreshes one with less, and one that is over', () => {
    for (const left of [120, 1, 0, -3600]) {
      const plan = planGrant({ ...tokens, accessExpiresAt: inSeconds(left) }, null, now);
      assert.equal(plan, 'refresh');
    }
  });
  it('uses a good one while somebody refreshes, and waits for one that is not', () => {
    assert.equal(planGrant({ ...tokens, lease: held }, null, now), 'use');
    const over = { ...tokens, lease: held, accessExpiresAt: inSeconds(60) };
    assert.equal(planGrant(over, null, now), 'wait');
  });
  it('takes over from a holder whose lease has run out to the millisecond', () => {
    const lease = { ...held, expiresAt: now };
    const plan = planGrant({ ...tokens, lease, accessExpiresAt: now }, null, now);
    assert.equal(plan, 'refresh');
  });
  it('refreshes the one that X refused, and not its successor', () => {
    assert.equal(planGrant(tokens, 'g1', now), 'refresh');
    assert.equal(planGrant({ ...tokens, lease: held }, 'g1', now), 'wait');
    assert.equal(planGrant({ ...tokens, grantId: 'g2' }, 'g1', now), 'use');
  });
  it('asks for a new connection where the grant was refused for good', () => {
    const refused: Tokens = { ...tokens, status: 'reconnect_required', lease: held };
    assert.equal(planGrant(refused, null, now), 'reconnect');
  });
});
