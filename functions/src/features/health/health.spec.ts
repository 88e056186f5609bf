import assert from 'node:assert/strict';
import { answerHealth } from './answerHealth.js';
import { checkHealth, healthWatch, parts } from './checkHealth.js';
import type { Condition, HealthDependencies, Part } from './checkHealth.js';

type Check = (signal: AbortSignal) => Promise<Condition>;

/** Every part answers `ok` but for those given. */
function dependencies(others: Partial<Record<Part, Check>> = {}, now = { ms: 0 }) {
  let asked = 0;
  const fine: Check = () => {
    asked += 1;
    return Promise.resolve('ok');
  };
  const all = Object.fromEntries(parts.map((part) => [part, fine])) as Record<Part, Check>;
  const deps: HealthDependencies = {
    version: '1.2.3',
    clock: () => new Date(now.ms),
    limitMs: 50,
    checks: { ...all, ...others },
  };
  return { deps, asked: () => asked };
}

const refuse: Check = () => Promise.reject(new Error('permission denied on /projects/secret'));
const hang: Check = () => new Promise(() => undefined);
const absent: Check = () => Promise.resolve('not_configured');

const answerOf = ({ deps }: ReturnType<typeof dependencies>, method = 'GET') =>
  answerHealth(() => checkHealth(deps), method);

describe('health', () => {
  it('is ok, and names its version and every part', async () => {
    const { status, body } = await answerOf(dependencies());
    assert.equal(status, 200);
    assert.deepEqual(JSON.parse(body), {
      status: 'ok',
      version: '1.2.3',
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

  it('is ok where a provider is not configured', async () => {
    const { status, checks } = await checkHealth(dependencies({ x: absent }).deps);
    assert.deepEqual([status, checks.x], ['ok', 'not_configured']);
  });

  it('is degraded, and up, without a provider', async () => {
    const { status, body } = await answerOf(dependencies({ gemini: refuse }));
    assert.equal(status, 200);
    assert.match(body, /"status":"degraded".*"gemini":"unavailable"/);
    assert.doesNotMatch(body, /secret|denied/);
  });

  for (const part of ['firestore', 'storage'] as const) {
    it(`is down without ${part}`, async () => {
      const { status, body } = await answerOf(dependencies({ [part]: refuse }));
      assert.equal(status, 503);
      assert.match(body, new RegExp(`"status":"degraded".*"${part}":"unavailable"`));
    });
  }

  it('waits for no part beyond the limit', async () => {
    const { checks } = await checkHealth(dependencies({ firestore: hang, x: hang }).deps);
    assert.deepEqual(
      [checks.firestore, checks.x, checks.gemini],
      ['unavailable', 'unavailable', 'ok'],
    );
  });

  it('takes no other method', async () => {
    const { status, headers, body } = await answerOf(dependencies(), 'POST');
    assert.deepEqual([status, headers['Allow'], body], [405, 'GET, HEAD', '']);
  });

  it('asks once for all who look within the time that an answer is kept', async () => {
    const now = { ms: 0 };
    const { deps, asked } = dependencies({}, now);
    const look = healthWatch(deps, 30_000);
    await Promise.all([look(), look()]);
    now.ms = 29_999;
    await look();
    assert.equal(asked(), parts.length);
    now.ms = 30_000;
    await look();
    assert.equal(asked(), 2 * parts.length);
  });
});
