import assert from 'node:assert/strict';
import type { Session } from '../../scripts/platform/session.js';
import { admin, closeAll, signUp, signUpOn } from '../support/platform.js';
import { assertRefused } from '../support/refusals.js';
import { x } from '../support/standIns.js';
import {
  approve,
  connectErrorOf,
  connectionOf,
  connectXAccount,
  deny,
  FRONTEND,
  ownDocument,
  redirect,
  returnToFrontEnd,
  usernameOf,
  xAccountOf,
} from '../support/x.js';
import {
  callbackUrl,
  closeGrants,
  plainGrant,
  storedTokens,
  xAnswersTo,
} from '../support/xGrants.js';

describe('connecting an X account', function () {
  this.timeout(60_000);
  let user: Session;

  before(() => x.reset());
  beforeEach(async () => {
    user = await signUpOn('pro');
  });
  after(closeGrants);
  after(closeAll);

  it('ends with the account in the profile', async () => {
    assert.equal(await xAccountOf(user), null);
    const username = usernameOf(user);
    const account = await connectXAccount(user);
    assert.equal(account.username, username);
    assert.equal(account.status, 'connected');
    assert.ok(Math.abs(Date.parse(account.connectedAt) - Date.now()) < 30_000);
    assert.deepEqual(await xAccountOf(user), account);
    assert.equal(await xAnswersTo((await plainGrant(user.userId)).accessToken), 200);
  });

  it('asks X for PKCE and the scopes that posting needs, and for nothing more', async () => {
    const { authorizationUrl } = await user.client.connectX();
    const { searchParams } = new URL(authorizationUrl);
    assert.equal(searchParams.get('code_challenge_method'), 'S256');
    assert.match(searchParams.get('code_challenge') ?? '', /^[\w-]{43}$/);
    assert.match(searchParams.get('state') ?? '', /^[\w-]{43}$/);
    assert.equal(searchParams.get('redirect_uri'), callbackUrl);
    assert.equal(searchParams.get('scope'), 'tweet.read tweet.write users.read offline.access');
  });

  it('sends the browser back uncached and without a referrer', async () => {
    const { authorizationUrl } = await user.client.connectX();
    const callback = await approve(authorizationUrl, usernameOf(user));
    const answer = await fetch(callback, { redirect: 'manual' });
    assert.equal(answer.status, 302);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
    assert.equal(await answer.text(), '');
  });

  it('takes nothing but GET, and keeps the state then', async () => {
    const { authorizationUrl } = await user.client.connectX();
    const callback = await approve(authorizationUrl, usernameOf(user));
    for (const method of ['POST', 'HEAD', 'PUT', 'DELETE']) {
      const answer = await fetch(callback, { method, redirect: 'manual' });
      assert.equal(answer.status, 405, method);
      assert.equal(answer.headers.get('allow'), 'GET');
      await answer.body?.cancel();
    }
    connectionOf(await redirect(callback));
  });

  it('goes back to the page that was asked for, its query kept', async () => {
    const end = await returnToFrontEnd(user, `${FRONTEND}/settings?tab=x&xError=denied#accounts`);
    assert.equal(`${end.origin}${end.pathname}${end.hash}`, `${FRONTEND}/settings#accounts`);
    assert.equal(end.searchParams.get('tab'), 'x');
    assert.equal(connectErrorOf(end), null);
    connectionOf(end);
  });

  it('denied at X: says so and connects nothing', async () => {
    const { authorizationUrl } = await user.client.connectX();
    const callback = await deny(authorizationUrl);
    assert.equal((await redirect(callback)).href, `${FRONTEND}/?xError=denied`);
    assert.equal(connectErrorOf(await redirect(callback)), 'state_invalid');
    assert.equal(await xAccountOf(user), null);
  });

  it('no code, and any other error of X: the exchange failed', async () => {
    for (const change of [{ code: '' }, { error: 'invalid_scope' }]) {
      const { authorizationUrl } = await user.client.connectX();
      const callback = await approve(authorizationUrl, usernameOf(user));
      callback.searchParams.delete('code');
      for (const [name, value] of Object.entries(change)) callback.searchParams.set(name, value);
      assert.equal(connectErrorOf(await redirect(callback)), 'exchange_failed');
    }
  });

  it('X out of order at the exchange: it failed, and the next attempt works', async () => {
    const { authorizationUrl } = await user.client.connectX();
    const callback = await approve(authorizationUrl, usernameOf(user));
    await x.fault({ match: 'authorization_code', status: 503 });
    assert.equal(connectErrorOf(await redirect(callback)), 'exchange_failed');
    await connectXAccount(user);
  });

  it('what was not foreseen is answered by the id of its record, without a redirect', async () => {
    const { authorizationUrl } = await user.client.connectX();
    const state = await ownDocument('x-oauth-states', user);
    await state.ref.update({ returnUrl: 5 });
    const callback = await approve(authorizationUrl, usernameOf(user));
    const answer = await fetch(callback, { redirect: 'manual' });
    assert.equal(answer.status, 500);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const [, errorId = ''] = /logged as (\S+)\.$/.exec(await answer.text()) ?? [];
    const record = await admin().firestore.doc(`error-logs/${errorId}`).get();
    assert.equal(record.get('context.service'), 'xOAuthCallback');
    assert.match(record.get('message') as string, /returnUrl/);
  });

  it('needs a profile', async () => {
    const nobody = await signUp();
    const missing = { code: 'profile_missing' } as const;
    await assertRefused(nobody.client.connectX(), 'not-found', missing);
    await nobody.client.initUser();
    const connection = connectionOf(await returnToFrontEnd(nobody));
    const profile = admin().firestore.doc(`users/${nobody.userId}`);
    const saved = (await profile.get()).data() ?? assert.fail();
    await profile.delete();
    await assertRefused(nobody.client.confirmX({ connection }), 'not-found', missing);
    await profile.set(saved);
    assert.equal((await nobody.client.confirmX({ connection })).username, usernameOf(nobody));
  });

  it('replaces and revokes the former grant, of the same account or another', async () => {
    await connectXAccount(user);
    const first = await plainGrant(user.userId);
    await connectXAccount(user);
    const second = await plainGrant(user.userId);
    assert.equal(await xAnswersTo(first.accessToken), 401);
    assert.equal(await xAnswersTo(second.accessToken), 200);
    const other = `b${usernameOf(user).slice(1)}`;
    await connectXAccount(user, other);
    assert.equal((await xAccountOf(user))?.username, other);
    assert.equal(await xAnswersTo(second.accessToken), 401);
  });

  describe('disconnecting', () => {
    it('revokes at X, deletes the tokens and clears the profile', async () => {
      await connectXAccount(user);
      const { accessToken } = await plainGrant(user.userId);
      assert.deepEqual(await user.client.disconnectX(), { revoked: true });
      assert.equal(await xAnswersTo(accessToken), 401);
      assert.equal(await storedTokens(user.userId), null);
      assert.equal(await xAccountOf(user), null);
      await assertRefused(user.client.disconnectX(), 'failed-precondition', {
        code: 'x_not_connected',
      });
      await connectXAccount(user);
    });

    for (const [name, fault] of Object.entries({
      'is out of order': { status: 503 },
      'does not answer': { hang: true },
    } as const)) {
      it(`where X ${name}, deletes the tokens all the same and says so`, async () => {
        await connectXAccount(user);
        await x.fault({ match: '/2/oauth2/revoke', ...fault });
        assert.deepEqual(await user.client.disconnectX(), { revoked: false });
        assert.equal(await storedTokens(user.userId), null);
        assert.equal(await xAccountOf(user), null);
      });
    }
  });
});
