import assert from 'node:assert/strict';
import { ports } from '../support/platform.js';
import { PROJECT_ID } from '../../scripts/platform/workspace.js';

const url = `http://${ports.host('functions')}/${PROJECT_ID}/us-central1/health`;

describe('health', function () {
  this.timeout(60_000);

  it('tells anybody the version and what answers, and nothing else', async () => {
    const response = await fetch(url);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const { version, ...health } = (await response.json()) as Record<string, unknown>;
    assert.match(String(version), /^\d+\.\d+\.\d+/);
    assert.deepEqual(health, {
      status: 'ok',
      checks: {
        firestore: 'ok',
        storage: 'ok',
        deepgram: 'ok',
        gemini: 'ok',
        x: 'ok',
        polar: 'ok',
      },
    });
  });

  it('is asked by GET', async () => {
    const response = await fetch(url, { method: 'POST' });
    assert.deepEqual([response.status, response.headers.get('allow')], [405, 'GET, HEAD']);
  });

  it('refuses an address that asks all the time, and says when to come back', async () => {
    for (let asked = 0; asked < 70; asked += 1) {
      const response = await fetch(url);
      await response.arrayBuffer();
      if (response.status === 200) continue;
      assert.equal(response.status, 429);
      assert.match(response.headers.get('retry-after') ?? '', /^[1-9]\d?$/);
      return;
    }
    assert.fail('never refused');
  });
});
