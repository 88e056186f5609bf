import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { ALL_SCOPES, CALLBACK, Harness, refusalOf, tokensOf, VERIFIER } from './harness.js';

const INVALID_CODE = {
  error: 'invalid_request',
  error_description: 'Value passed for the authorization code was invalid.',
};
const INVALID_TOKEN = {
  error: 'invalid_request',
  error_description: 'Value passed for the token was invalid.',
};

describe('X stand-in: consent and tokens', () => {
  const x = new Harness();
  before(() => x.start());
  after(() => x.stop());
  afterEach(() => x.control('DELETE', ''));

  it('shows a page of the known accounts', async () => {
    await x.control('POST', '/accounts/baker', {});
    const response = await fetch(x.authorizeUrl());
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
    const page = await response.text();
    assert.match(page, /Authorize as @baker/);
    assert.match(page, /name="deny"/);
  });

  it('redirects with a code and the state, or with what was denied', async () => {
    const approved = await x.redirectOf({ approve: 'alice' });
    assert.ok(approved.href.startsWith(CALLBACK));
    assert.equal(approved.searchParams.get('state'), 'the-state');
    assert.ok(approved.searchParams.get('code'));
    const denied = await x.redirectOf({ deny: '1' });
    assert.equal(denied.searchParams.get('error'), 'access_denied');
    assert.equal(denied.searchParams.get('state'), 'the-state');
    assert.equal(denied.searchParams.get('code'), null);
  });

  for (const [parameter, value] of [
    ['code_challenge', undefined],
    ['code_challenge_method', undefined],
    ['code_challenge_method', 'md5'],
    ['state', undefined],
    ['scope', 'tweet.read everything'],
    ['scope', undefined],
    ['client_id', 'another'],
    ['redirect_uri', 'javascript:alert(1)'],
    ['response_type', 'token'],
    ['approve', '<script>'],
  ] as const) {
    it(`shows an error and redirects nowhere when ${parameter} is ${value ?? 'missing'}`, async () => {
      const url = x.authorizeUrl({ approve: 'alice', [parameter]: value });
      const response = await fetch(url, { redirect: 'manual' });
      assert.equal(response.status, 400);
      assert.equal(response.headers.get('location'), null);
      assert.ok(!(await response.text()).includes('<script>'));
    });
  }

  it('exchanges a code for tokens', async () => {
    const { status, body } = await x.redeem(await x.code());
    assert.equal(status, 200);
    const {
      access_token: access,
      refresh_token: refresh,
      ...rest
    } = Object(body) as object & {
      access_token: unknown;
      refresh_token: unknown;
    };
    assert.deepEqual(rest, { token_type: 'bearer', expires_in: 7200, scope: ALL_SCOPES });
    assert.equal(typeof access, 'string');
    assert.equal(typeof refresh, 'string');
    const me = await x.call(String(access), 'GET', '/2/users/me');
    assert.match(JSON.stringify(me.body), /"username":"alice"/);
  });

  it('takes a form as well, and a plain challenge', async () => {
    const plain = { code_challenge: VERIFIER, code_challenge_method: 'plain', approve: 'alice' };
    const code = await x.code(plain);
    const response = await fetch(`${x.url}/2/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa('local-x-client:local-x-secret')}` },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: CALLBACK,
        code_verifier: VERIFIER,
      }),
    });
    assert.equal(response.status, 200);
  });

  it('gives no refresh token without offline.access', async () => {
    const { refresh } = await x.connect('alice', 'tweet.read users.read');
    assert.equal(refresh, '');
  });

  it('takes a code once', async () => {
    const code = await x.code();
    assert.equal((await x.redeem(code)).status, 200);
    const again = await x.redeem(code);
    assert.deepEqual([again.status, again.body], [400, INVALID_CODE]);
  });

  it('takes a code for 30 seconds', async () => {
    const [inTime, late] = [await x.code(), await x.code()];
    await x.advance(25);
    assert.equal((await x.redeem(inTime)).status, 200);
    await x.advance(5);
    assert.deepEqual((await x.redeem(late)).body, INVALID_CODE);
  });

  it('uses a code up with a wrong verifier or redirect address', async () => {
    for (const wrong of [{ code_verifier: 'guessed' }, { redirect_uri: 'http://evil.test/' }]) {
      const code = await x.code();
      assert.deepEqual((await x.redeem(code, wrong)).body, INVALID_CODE);
      assert.deepEqual((await x.redeem(code)).body, INVALID_CODE);
    }
  });

  it('wants the verifier, and the secret of the client', async () => {
    const missing = await x.redeem(await x.code(), { code_verifier: undefined });
    assert.equal(missing.status, 400);
    assert.match(JSON.stringify(missing.body), /Missing required parameter \[code_verifier\]/);
    const stranger = await x.oauth('token', { grant_type: 'refresh_token' }, 'wrong');
    assert.equal(stranger.status, 401);
    assert.match(JSON.stringify(stranger.body), /unauthorized_client/);
  });

  it('rotates refresh tokens: of ten that race, one wins, and its tokens work', async () => {
    const { access, refresh } = await x.connect('alice');
    const replies = await Promise.all(Array.from({ length: 10 }, () => x.refresh(refresh)));
    const [won, ...others] = replies.filter(({ status }) => status === 200);
    assert.ok(won);
    assert.equal(others.length, 0);
    for (const lost of replies.filter((reply) => reply !== won)) {
      assert.deepEqual([lost.status, lost.body], [400, INVALID_TOKEN]);
    }
    const renewed = tokensOf(won);
    assert.equal((await x.call(renewed.access, 'GET', '/2/users/me')).status, 200);
    assert.equal((await x.call(access, 'GET', '/2/users/me')).status, 200);
    assert.equal((await x.refresh(renewed.refresh)).status, 200);
  });

  it('ends access tokens after two hours', async () => {
    const { access, refresh } = await x.connect('alice');
    await x.advance(7190);
    assert.equal((await x.call(access, 'GET', '/2/users/me')).status, 200);
    await x.advance(10);
    const late = await x.call(access, 'GET', '/2/users/me');
    assert.deepEqual(
      [late.status, late.body],
      [401, { title: 'Unauthorized', detail: 'Unauthorized', type: 'about:blank', status: 401 }],
    );
    assert.equal((await x.refresh(refresh)).status, 200);
  });

  it('revokes an access token alone, and a whole grant by its refresh token', async () => {
    const { access, refresh } = await x.connect('alice');
    assert.deepEqual((await x.oauth('revoke', { token: access })).body, { revoked: true });
    assert.equal((await x.call(access, 'GET', '/2/users/me')).status, 401);
    const renewed = tokensOf(await x.refresh(refresh));
    await x.oauth('revoke', { token: renewed.refresh });
    assert.equal((await x.call(renewed.access, 'GET', '/2/users/me')).status, 401);
    assert.deepEqual((await x.refresh(renewed.refresh)).body, INVALID_TOKEN);
  });

  it("takes every grant of an account back by its owner's hand, and no other's", async () => {
    const [alice, bob] = [await x.connect('alice'), await x.connect('bob')];
    await x.control('POST', '/accounts/alice', { revokeGrants: true });
    assert.equal((await x.call(alice.access, 'GET', '/2/users/me')).status, 401);
    assert.equal((await x.refresh(alice.refresh)).status, 400);
    assert.equal((await x.call(bob.access, 'GET', '/2/users/me')).status, 200);
  });

  it('rotates although the answer is lost', async () => {
    const { refresh } = await x.connect('alice');
    await x.fault({ match: 'oauth2/token', cut: 'during' });
    await assert.rejects(x.refresh(refresh));
    assert.deepEqual((await x.refresh(refresh)).body, INVALID_TOKEN);
  });

  it('holds tokens to their scopes', async () => {
    const { access } = await x.connect('alice', 'tweet.read users.read');
    assert.deepEqual(refusalOf(await x.tweet(access, 'hello')), [403, 'Forbidden']);
    assert.equal((await x.call(access, 'GET', '/2/users/me')).status, 200);
  });

  it('keeps secrets out of the journal', async () => {
    const code = await x.code();
    const tokens = tokensOf(await x.redeem(code));
    await x.tweet(tokens.access, 'hello');
    await x.oauth('revoke', { token: tokens.refresh });
    const journal = JSON.stringify(await x.control('GET', '/requests'));
    assert.match(journal, /"text":"hello"/);
    const secrets = [code, 'the-state', VERIFIER, 'local-x-secret', ...Object.values(tokens)];
    for (const secret of secrets) assert.ok(!journal.includes(secret), secret);
  });

  it('verifies OAuth 1.0a signatures of its own and of the real address', async () => {
    const me = async (origin: string, secret = 'local-x-app-token-secret') => {
      const headers = { authorization: signed(`${origin}/2/users/me`, secret) };
      return fetch(`${x.url}/2/users/me?user.fields=created_at`, { headers });
    };
    assert.match(await (await me(x.url)).text(), /"username":"quikthread_app"/);
    assert.equal((await me('https://api.x.com')).status, 200);
    assert.equal((await me('https://evil.test')).status, 401);
    assert.equal((await me(x.url, 'wrong')).status, 401);
  });
});

/** The header of a GET with `user.fields=created_at`, by the letter of RFC 5849, section 3.4. */
function signed(url: string, tokenSecret: string): string {
  const oauth = {
    oauth_consumer_key: 'local-x-app-key',
    oauth_nonce: randomBytes(8).toString('hex'),
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: String(Math.floor(Date.now() / 1000)),
    oauth_token: 'local-x-app-token',
    oauth_version: '1.0',
  };
  const parameters = Object.entries(oauth).map(([name, value]) => `${name}=${value}`);
  const sorted = [...parameters, 'user.fields=created_at'].sort().join('&');
  const base = ['GET', url, sorted].map(encodeURIComponent).join('&');
  const key = `local-x-app-secret&${tokenSecret}`;
  const signature = createHmac('sha1', key).update(base).digest('base64');
  const header = Object.entries({ ...oauth, oauth_signature: encodeURIComponent(signature) });
  return `OAuth ${header.map(([name, value]) => `${name}="${value}"`).join(', ')}`;
}
