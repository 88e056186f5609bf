import assert from 'node:assert/strict';
import { X_CONNECTION_PARAMETER, X_ERROR_PARAMETER } from '@quikthread/contract';
import type { Session } from '../../scripts/platform/session.js';
import { admin, closeAll, signUp, signUpOn } from '../support/platform.js';
import { assertInvalid, assertRefused } from '../support/refusals.js';
import { x } from '../support/standIns.js';
import { approve, connectXAccount, deny, redirect, usernameOf } from '../support/x.js';
import {
  callbackUrl,
  closeGrants,
  plainGrant,
  storedTokens,
  xAnswersTo,
} from '../support/xGrants.js';

/** Where the local platform's front end is: the only origin on its list. */
const FRONTEND = 'http://localhost:5173';

const error = (url: URL) => url.searchParams.get(X_ERROR_PARAMETER);
const connectionOf = (url: URL) =>
  url.searchParams.get(X_CONNECTION_PARAMETER) ?? assert.fail(url.href);

/** Goes all the way to the front end. @returns its address, with the outcome */
async function begin(session: Session, returnUrl?: string): Promise<URL> {
  const { authorizationUrl } = await session.client.connectX(returnUrl ? { returnUrl } : undefined);
  return redirect(await approve(authorizationUrl, usernameOf(session)));
}

async function xAccountOf(session: Session) {
  return (await session.client.getProfile()).xAccount;
}

/** Finds a user's document in one of the backend's own collections. */
async function documentOf(collection: string, { userId }: Session) {
  const found = await admin().firestore.collection(collection).where('userId', '==', userId).get();
  assert.equal(found.size, 1);
  return found.docs[0] ?? assert.fail();
}

describe('connecting an X account', function () {
  this.timeout(60_000);
  let user: Session;

  before(() => x.reset());
  beforeEach(async () => {
    user = await signUpOn('pro');
  });
  after(closeGrants);
  after(closeAll);

  const invalid = (session: Session, connection: string) =>
    assertRefused(session.client.confirmX({ connection }), 'failed-precondition', {
      code: 'x_connection_invalid',
    });

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

  it('is refused by X without PKCE', async () => {
    const { authorizationUrl } = await user.client.connectX();
    const url = new URL(authorizationUrl);
    url.searchParams.set('approve', usernameOf(user));
    url.searchParams.delete('code_challenge');
    const answer = await fetch(url, { redirect: 'manual' });
    assert.equal(answer.status, 400);
    await answer.body?.cancel();
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
    const end = await begin(user, `${FRONTEND}/settings?tab=x&xError=denied#accounts`);
    assert.equal(`${end.origin}${end.pathname}${end.hash}`, `${FRONTEND}/settings#accounts`);
    assert.equal(end.searchParams.get('tab'), 'x');
    assert.equal(error(end), null);
    connectionOf(end);
  });

  it('redirects nowhere off the list', async () => {
    const tries = [
      'https://evil.example/',
      'http://localhost:5173.evil.example/',
      'http://localhost:5173@evil.example/',
      'http://user:word@localhost:5173/',
      'http://sub.localhost:5173/',
      'https://localhost:5173/',
      'http://localhost:51730/',
      'http://localhost/',
      '//evil.example/',
      '/\\evil.example/',
      'javascript:alert(1)',
      'blob:http://localhost:5173/0',
      'data:text/html,hello',
      'settings',
    ];
    for (const returnUrl of tries) {
      await assertInvalid(user.client.connectX({ returnUrl }), 'returnUrl');
    }
  });

  it('redirects to nothing that stands in the request', async () => {
    const evil = 'https://evil.example/';
    const extra = { returnUrl: evil, redirect_uri: evil, return_url: evil, next: evil };
    const unknown = new URL(callbackUrl);
    unknown.search = new URLSearchParams({ ...extra, state: evil, code: evil }).toString();
    assert.equal((await redirect(unknown)).href, `${FRONTEND}/?xError=state_invalid`);
    const { authorizationUrl } = await user.client.connectX();
    const callback = await approve(authorizationUrl, usernameOf(user));
    for (const [name, value] of Object.entries(extra)) callback.searchParams.set(name, value);
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', referer: evil };
    const answer = await fetch(callback, { redirect: 'manual', headers });
    assert.ok(answer.headers.get('location')?.startsWith(`${FRONTEND}/?xConnection=`));
  });

  it('denied at X: says so and connects nothing', async () => {
    const { authorizationUrl } = await user.client.connectX();
    const callback = await deny(authorizationUrl);
    assert.equal((await redirect(callback)).href, `${FRONTEND}/?xError=denied`);
    assert.equal(error(await redirect(callback)), 'state_invalid');
    assert.equal(await xAccountOf(user), null);
  });

  it('a state is good once, however many come with it at the same time', async () => {
    const { authorizationUrl } = await user.client.connectX();
    const callback = await approve(authorizationUrl, usernameOf(user));
    const ends = await Promise.all(Array.from({ length: 5 }, () => redirect(callback)));
    assert.deepEqual(
      ends.map(error).sort(),
      [null, ...Array<string>(4).fill('state_invalid')].sort(),
    );
    const end = ends.find((url) => error(url) === null) ?? assert.fail();
    await user.client.confirmX({ connection: connectionOf(end) });
  });

  it('a state that is missing, made up, or given twice is invalid', async () => {
    const { authorizationUrl } = await user.client.connectX();
    const callback = await approve(authorizationUrl, usernameOf(user));
    const twice = new URL(callback);
    twice.searchParams.append('state', twice.searchParams.get('state') ?? '');
    const without = new URL(callback);
    without.searchParams.delete('state');
    const madeUp = new URL(callback);
    madeUp.searchParams.set('state', 'A'.repeat(43));
    const long = new URL(callback);
    long.searchParams.set('state', 'x'.repeat(3000));
    for (const url of [twice, without, madeUp, long]) {
      assert.equal((await redirect(url)).href, `${FRONTEND}/?xError=state_invalid`);
    }
    connectionOf(await redirect(callback));
  });

  it('a state is good for ten minutes', async () => {
    const { authorizationUrl } = await user.client.connectX();
    const state = await documentOf('x-oauth-states', user);
    const { createdAt, expiresAt } = state.data() as Record<string, FirebaseFirestore.Timestamp>;
    assert.equal((expiresAt?.toMillis() ?? 0) - (createdAt?.toMillis() ?? 0), 600_000);
    await state.ref.update({ expiresAt: new Date(Date.now() - 1) });
    const end = await redirect(await approve(authorizationUrl, usernameOf(user)));
    assert.equal(error(end), 'state_invalid');
    assert.ok(!(await state.ref.get()).exists);
  });

  it('a code of another authorisation fails, by PKCE, and uses the state up', async () => {
    const other = await signUpOn('pro');
    const mine = await approve((await user.client.connectX()).authorizationUrl, usernameOf(user));
    const theirs = await approve(
      (await other.client.connectX()).authorizationUrl,
      usernameOf(other),
    );
    const mixed = new URL(mine);
    mixed.searchParams.set('code', theirs.searchParams.get('code') ?? '');
    assert.equal((await redirect(mixed)).href, `${FRONTEND}/?xError=exchange_failed`);
    assert.equal(error(await redirect(mine)), 'state_invalid');
    assert.equal(await xAccountOf(user), null);
  });

  it('no code, and any other error of X: the exchange failed', async () => {
    for (const change of [{ code: '' }, { error: 'invalid_scope' }]) {
      const { authorizationUrl } = await user.client.connectX();
      const callback = await approve(authorizationUrl, usernameOf(user));
      callback.searchParams.delete('code');
      for (const [name, value] of Object.entries(change)) callback.searchParams.set(name, value);
      assert.equal(error(await redirect(callback)), 'exchange_failed');
    }
  });

  it('X out of order at the exchange: it failed, and the next attempt works', async () => {
    const { authorizationUrl } = await user.client.connectX();
    const callback = await approve(authorizationUrl, usernameOf(user));
    await x.fault({ match: 'authorization_code', status: 503 });
    assert.equal(error(await redirect(callback)), 'exchange_failed');
    await connectXAccount(user);
  });

  it('another user cannot confirm a connection, and it is dead after the attempt', async () => {
    const other = await signUpOn('pro');
    const connection = connectionOf(await begin(user));
    await invalid(other, connection);
    await invalid(user, connection);
    assert.deepEqual([await xAccountOf(user), await xAccountOf(other)], [null, null]);
    assert.equal(await storedTokens(user.userId), null);
    assert.equal(await storedTokens(other.userId), null);
  });

  it('a link sent to somebody else connects their account to nobody', async () => {
    const victim = await signUpOn('pro');
    const { authorizationUrl } = await user.client.connectX();
    const end = await redirect(await approve(authorizationUrl, usernameOf(victim)));
    const revoked = await x.journal('/2/oauth2/revoke');
    await invalid(victim, connectionOf(end));
    assert.equal((await x.journal('/2/oauth2/revoke')).length, revoked.length + 2);
    await invalid(user, connectionOf(end));
    assert.deepEqual([await xAccountOf(user), await xAccountOf(victim)], [null, null]);
  });

  it('a connection is good once, for ten minutes, and only whole', async () => {
    const connection = connectionOf(await begin(user));
    await invalid(user, connection.slice(1));
    await invalid(user, '../x-tokens/me');
    await user.client.confirmX({ connection });
    await invalid(user, connection);
    await user.client.disconnectX();
    const late = connectionOf(await begin(user));
    const pending = await documentOf('x-connections', user);
    await pending.ref.update({ expiresAt: new Date(Date.now() - 1) });
    await invalid(user, late);
    assert.ok(!(await pending.ref.get()).exists);
    assert.equal(await xAccountOf(user), null);
  });

  it('needs a profile', async () => {
    const nobody = await signUp();
    const missing = { code: 'profile_missing' } as const;
    await assertRefused(nobody.client.connectX(), 'not-found', missing);
    await nobody.client.initUser();
    const connection = connectionOf(await begin(nobody));
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
