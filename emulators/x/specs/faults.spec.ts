import assert from 'node:assert/strict';
import { Harness, listOf, refusalOf, tokensOf } from './harness.js';

describe('X stand-in: faults', () => {
  const x = new Harness();
  let token: string;
  let refresh: string;
  before(() => x.start());
  after(() => x.stop());
  beforeEach(async () => {
    ({ access: token, refresh } = await x.connect('alice'));
  });
  afterEach(() => x.control('DELETE', ''));

  const me = (as = token) => x.call(as, 'GET', '/2/users/me');

  it('creates a tweet whose answer is lost', async () => {
    await x.fault({ answer: 'created_answer_lost', match: 'two' });
    assert.equal((await x.tweet(token, 'one')).status, 201);
    await assert.rejects(x.tweet(token, 'two'));
    assert.deepEqual(await x.posted('alice'), ['one', 'two']);
    assert.equal(refusalOf(await x.tweet(token, 'two'))[0], 403);
  });

  it('creates a tweet and answers a 503', async () => {
    await x.fault({ answer: 'created_then_5xx' });
    assert.equal((await x.tweet(token, 'one')).status, 503);
    assert.deepEqual(await x.posted('alice'), ['one']);
  });

  it('creates nothing where the connection is cut or a status answered before', async () => {
    await x.fault([
      { cut: 'before', match: 'POST /2/tweets' },
      { status: 500, match: 'one' },
    ]);
    await assert.rejects(x.tweet(token, 'one'));
    assert.equal((await x.tweet(token, 'one')).status, 500);
    assert.deepEqual(await x.posted('alice'), []);
    assert.equal((await x.tweet(token, 'one')).status, 201);
  });

  it('keeps what concerns a new tweet for the next one', async () => {
    await x.fault({ answer: 'duplicate' });
    assert.equal((await me()).status, 200);
    assert.match(refusalOf(await x.tweet(token, 'one'))[1], /duplicate content/);
    assert.equal((await x.tweet(token, 'one')).status, 201);
    await x.fault({ answer: 'parent_deleted' });
    assert.match(refusalOf(await x.tweet(token, 'two'))[1], /deleted or not visible/);
  });

  it('lets the timeline lag behind', async () => {
    await x.fault({ answer: { timelineLags: { seconds: 60 } } });
    const [id = ''] = await x.thread(token, ['late']);
    const { body } = await me();
    const account = /"id":"(\d+)"/.exec(JSON.stringify(body))?.[1] ?? '';
    const timeline = async () =>
      listOf(await x.call(token, 'GET', `/2/users/${account}/tweets`)).data.length;
    assert.equal(await timeline(), 0);
    assert.equal(listOf(await x.call(token, 'GET', `/2/tweets?ids=${id}`)).data.length, 1);
    await x.advance(60);
    assert.equal(await timeline(), 1);
  });

  for (const [variation, flag, status, type] of [
    ['suspended', 'suspended', 403, 'user-suspended'],
    ['spend_cap', 'spendCap', 403, 'credits'],
    ['credits_depleted', 'creditsDepleted', 402, 'credits'],
  ] as const) {
    it(`refuses an account once or for good: ${variation}`, async () => {
      await x.fault({ answer: variation });
      const once = await x.tweet(token, 'one');
      assert.equal(once.status, status);
      assert.match(JSON.stringify(once.body), new RegExp(`/2/problems/${type}"`));
      assert.equal((await x.tweet(token, 'one')).status, 201);
      await x.control('POST', '/accounts/alice', { [flag]: true });
      assert.deepEqual((await x.tweet(token, 'two')).body, once.body);
      await x.control('POST', '/accounts/alice', { [flag]: false });
      assert.equal((await x.tweet(token, 'two')).status, 201);
    });
  }

  it('ends an access token, which can be renewed', async () => {
    await x.fault({ answer: 'token_expired' });
    assert.equal((await x.tweet(token, 'one')).status, 401);
    assert.equal((await me()).status, 401);
    assert.equal((await me(tokensOf(await x.refresh(refresh)).access)).status, 200);
  });

  it('takes a grant back, which cannot', async () => {
    await x.fault({ answer: 'token_revoked' });
    assert.equal((await x.tweet(token, 'one')).status, 401);
    assert.equal((await me()).status, 401);
    assert.equal((await x.refresh(refresh)).status, 400);
  });

  it('uses a limit up until its reset', async () => {
    await x.fault({ answer: { rateLimited: { resetInSeconds: 40 } } });
    const refused = await x.tweet(token, 'one');
    assert.equal(refused.status, 429);
    assert.equal(refused.headers.get('x-rate-limit-remaining'), '0');
    assert.equal((await x.tweet(token, 'one')).status, 429);
    await x.advance(41);
    assert.equal((await x.tweet(token, 'one')).status, 201);
  });

  for (const [scope, prefix] of [
    ['user_day', 'x-user-limit-24hour'],
    ['app_day', 'x-app-limit-24hour'],
  ] as const) {
    it(`uses up the limit of a day: ${scope}`, async () => {
      await x.fault({ answer: { rateLimited: { resetInSeconds: 40, scope } } });
      assert.equal((await me()).status, 200);
      const { status, headers } = await x.tweet(token, 'one');
      assert.equal(status, 429);
      assert.equal(headers.get(`${prefix}-remaining`), '0');
      assert.notEqual(headers.get('x-rate-limit-remaining'), '0');
      const bob = await x.connect('bob');
      const others = (await x.tweet(bob.access, 'one')).status;
      assert.equal(others, scope === 'app_day' ? 429 : 201);
    });
  }

  it('forgets everything', async () => {
    await x.tweet(token, 'one');
    await x.advance(3600);
    await x.control('DELETE', '');
    assert.equal((await me()).status, 401);
    assert.equal((await fetch(`${x.url}/_control/accounts/alice/tweets`)).status, 404);
    const { now } = (await x.advance(0)) as { now: string };
    assert.ok(Math.abs(Date.parse(now) - Date.now()) < 60_000);
  });

  it('refuses control calls that mean nothing', async () => {
    for (const [path, body] of [
      ['/clock', { advanceSeconds: -1 }],
      ['/accounts/not%20a%20name', {}],
      ['/accounts/alice', { suspend: true }],
      ['/limits', { create: { month: 1 } }],
      ['/faults', { answer: 'whatever' }],
    ] as const) {
      const init = { method: 'POST', body: JSON.stringify(body) };
      assert.equal((await fetch(`${x.url}/_control${path}`, init)).status, 400, path);
    }
  });
});
