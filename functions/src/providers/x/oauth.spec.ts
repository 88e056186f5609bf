import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import type { JobErrorCode } from '@quikthread/contract';
import type { Retry } from '../../platform/errors.js';
import { assertJobError } from '../../testing/jobErrors.js';
import { hang, json, raw, startScriptedServer } from '../../testing/scriptedServer.js';
import type { ScriptedServer } from '../../testing/scriptedServer.js';
import { createXOAuth } from './oauth.js';

const NOW = new Date('2026-11-21T12:00:00Z');
const SECRETS = {
  client: 'client-secret-0123',
  code: 'the-code-0123',
  verifier: 'the-verifier-0123',
  access: 'access-token-0123',
  refresh: 'refresh-token-0123',
};
const CALLBACK = 'https://functions.example/xOAuthCallback';
const { signal } = new AbortController();

const tokens = {
  token_type: 'bearer',
  expires_in: 7200,
  access_token: SECRETS.access,
  refresh_token: SECRETS.refresh,
  scope: 'tweet.read tweet.write users.read offline.access',
};
const grant = {
  accessToken: SECRETS.access,
  refreshToken: SECRETS.refresh,
  expiresAt: new Date('2026-11-21T14:00:00Z'),
};
const invalidToken = json(400, {
  error: 'invalid_request',
  error_description: 'Value passed for the token was invalid.',
});
const invalidClient = json(401, {
  error: 'unauthorized_client',
  error_description: 'Missing valid authorization header',
});

describe('X OAuth', () => {
  let server: ScriptedServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  async function oauthFor(...replies: readonly ((response: ServerResponse) => void)[]) {
    server = await startScriptedServer(...replies);
    return createXOAuth({
      clientId: 'client-id',
      clientSecret: SECRETS.client,
      callbackUrl: CALLBACK,
      apiBaseUrl: server.url,
      webBaseUrl: 'https://x.example',
      timeoutMilliseconds: 500,
      clock: () => NOW,
    });
  }

  async function refused(work: Promise<unknown>, code: JobErrorCode, retry: Retry) {
    const error = await assertJobError(work, [code, retry], Object.values(SECRETS));
    const everything = inspect(error, { depth: null, showHidden: true });
    for (const secret of [...Object.values(SECRETS), 'Basic', 'ClientRequest']) {
      assert.ok(!everything.includes(secret), everything);
    }
  }

  it('sends the user to X with all scopes, the state, and a fresh S256 challenge', async () => {
    const oauth = await oauthFor();
    const { url, codeVerifier } = oauth.authorization('the state');
    const link = new URL(url);
    assert.equal(link.origin + link.pathname, 'https://x.example/i/oauth2/authorize');
    assert.deepEqual(Object.fromEntries(link.searchParams), {
      response_type: 'code',
      client_id: 'client-id',
      redirect_uri: CALLBACK,
      scope: 'tweet.read tweet.write users.read offline.access',
      state: 'the state',
      code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    assert.match(codeVerifier, /^[\w-]{43,128}$/);
    assert.notEqual(oauth.authorization('the state').codeVerifier, codeVerifier);
    assert.equal(server?.seen.length, 0);
  });

  it('trades a code for a grant and asks whose it is', async () => {
    const user = { id: '17', username: 'ada', name: 'Ada' };
    const oauth = await oauthFor(json(200, tokens), json(200, { data: user }));
    assert.deepEqual(await oauth.exchange(SECRETS.code, SECRETS.verifier, signal), {
      grant,
      identity: { xUserId: '17', username: 'ada', name: 'Ada' },
    });
    const [asked, me] = server?.seen ?? [];
    assert.deepEqual([asked?.method, asked?.path], ['POST', '/2/oauth2/token']);
    const basic = Buffer.from(`client-id:${SECRETS.client}`).toString('base64');
    assert.equal(asked?.headers.authorization, `Basic ${basic}`);
    const body = JSON.parse(asked.body) as Record<string, string>;
    assert.deepEqual(
      [body['grant_type'], body['code'], body['code_verifier'], body['redirect_uri']],
      ['authorization_code', SECRETS.code, SECRETS.verifier, CALLBACK],
    );
    assert.equal(me?.headers.authorization, `Bearer ${SECRETS.access}`);
  });

  it('refuses a code or verifier that X refuses, and the app’s own credentials', async () => {
    const oauth = await oauthFor(invalidToken, invalidClient);
    for (let i = 0; i < 2; i += 1) {
      const work = oauth.exchange(SECRETS.code, SECRETS.verifier, signal);
      await refused(work, 'x_refused', 'never');
    }
  });

  it('refreshes a grant', async () => {
    const oauth = await oauthFor(json(200, tokens));
    assert.deepEqual(await oauth.refresh('an-old-refresh-token', signal), grant);
    const body = JSON.parse(server?.seen[0]?.body ?? '') as Record<string, string>;
    assert.deepEqual(
      [body['grant_type'], body['refresh_token']],
      ['refresh_token', 'an-old-refresh-token'],
    );
  });

  it('asks for a new connection only where X refuses the refresh token itself', async () => {
    const oauth = await oauthFor(
      invalidToken,
      json(400, { error: 'invalid_grant' }),
      invalidClient,
      json(400, { error: 'invalid_client' }),
      json(400, { title: 'Bad Request' }),
    );
    const refresh = () => oauth.refresh(SECRETS.refresh, signal);
    await refused(refresh(), 'x_reconnect_required', 'never');
    await refused(refresh(), 'x_reconnect_required', 'never');
    await refused(refresh(), 'x_refused', 'never');
    await refused(refresh(), 'x_refused', 'never');
    await refused(refresh(), 'x_refused', 'never');
  });

  it('may refresh later where X fails, hangs, or answers no whole grant', async () => {
    const replies = [
      json(503, {}),
      hang,
      raw(`<html>${SECRETS.refresh}</html>`, 'text/html'),
      raw(''),
      json(200, { ...tokens, refresh_token: undefined }),
      json(200, { ...tokens, expires_in: 0 }),
    ];
    const oauth = await oauthFor(...replies);
    for (let i = 0; i < replies.length; i += 1) {
      await refused(oauth.refresh(SECRETS.refresh, signal), 'x_unavailable', 'later');
    }
  });

  it('waits where X says that there were too many', async () => {
    const oauth = await oauthFor(json(429, {}, { 'retry-after': '30' }));
    await refused(oauth.refresh(SECRETS.refresh, signal), 'x_rate_limited', { afterSeconds: 30 });
  });

  it('revokes both tokens, and minds none that has ended', async () => {
    const oauth = await oauthFor(json(200, { revoked: true }), invalidToken);
    await oauth.revoke(grant, signal);
    assert.deepEqual(
      server?.seen.map(({ path, body }) => {
        const { token, token_type_hint } = JSON.parse(body) as Record<string, string>;
        return [path, token, token_type_hint];
      }),
      [
        ['/2/oauth2/revoke', SECRETS.refresh, 'refresh_token'],
        ['/2/oauth2/revoke', SECRETS.access, 'access_token'],
      ],
    );
  });

  it('does not take a grant for revoked where X did not say so', async () => {
    const oauth = await oauthFor(
      raw('<html>', 'text/html'),
      json(503, {}),
      invalidClient,
      json(400, { error: 'invalid_client' }),
    );
    await refused(oauth.revoke(grant, signal), 'x_unavailable', 'later');
    await refused(oauth.revoke(grant, signal), 'x_unavailable', 'later');
    await refused(oauth.revoke(grant, signal), 'x_refused', 'never');
    await refused(oauth.revoke(grant, signal), 'x_refused', 'never');
  });
});
