import assert from 'node:assert/strict';
import type { Session } from '../../scripts/platform/session.js';
import { closeAll, signUpOn } from '../support/platform.js';
import { assertInvalid, assertRefused } from '../support/refusals.js';
import { x } from '../support/standIns.js';
import {
  approve,
  connectErrorOf,
  connectionOf,
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

describe('an attack on connecting an X account', function () {
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

  it('is refused by X without PKCE', async () => {
    const { authorizationUrl } = await user.client.connectX();
    const url = new URL(authorizationUrl);
    url.searchParams.set('approve', usernameOf(user));
    url.searchParams.delete('code_challenge');
    const answer = await fetch(url, { redirect: 'manual' });
    assert.equal(answer.status, 400);
    await answer.body?.cancel();
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

  it('a state is good once, however many come with it at the same time', async () => {
    const { authorizationUrl } = await user.client.connectX();
    const callback = await approve(authorizationUrl, usernameOf(user));
    const ends = await Promise.all(Array.from({ length: 5 }, () => redirect(callback)));
    assert.deepEqual(
      ends.map(connectErrorOf).sort(),
      [null, ...Array<string>(4).fill('state_invalid')].sort(),
    );
    const end = ends.find((url) => connectErrorOf(url) === null) ?? assert.fail();
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
    const state = await ownDocument('x-oauth-states', user);
    const { createdAt, expiresAt } = state.data() as Record<string, FirebaseFirestore.Timestamp>;
    assert.equal((expiresAt?.toMillis() ?? 0) - (createdAt?.toMillis() ?? 0), 600_000);
    await state.ref.update({ expiresAt: new Date(Date.now() - 1) });
    const end = await redirect(await approve(authorizationUrl, usernameOf(user)));
    assert.equal(connectErrorOf(end), 'state_invalid');
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
    assert.equal(connectErrorOf(await redirect(mine)), 'state_invalid');
    assert.equal(await xAccountOf(user), null);
  });

  it('another user cannot confirm a connection, and it is dead after the attempt', async () => {
    const other = await signUpOn('pro');
    const connection = connectionOf(await returnToFrontEnd(user));
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

  it('however many confirm a connection at the same time, one does', async () => {
    const connection = connectionOf(await returnToFrontEnd(user));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 3 }, () => user.client.confirmX({ connection })),
    );
    const confirmed = outcomes.filter(({ status }) => status === 'fulfilled');
    assert.equal(confirmed.length, 1);
    assert.equal(await xAnswersTo((await plainGrant(user.userId)).accessToken), 200);
  });

  it('a connection is good once, for ten minutes, and only whole', async () => {
    const connection = connectionOf(await returnToFrontEnd(user));
    await invalid(user, connection.slice(1));
    await invalid(user, '../x-tokens/me');
    await user.client.confirmX({ connection });
    await invalid(user, connection);
    await user.client.disconnectX();
    const late = connectionOf(await returnToFrontEnd(user));
    const pending = await ownDocument('x-connections', user);
    await pending.ref.update({ expiresAt: new Date(Date.now() - 1) });
    await invalid(user, late);
    assert.ok(!(await pending.ref.get()).exists);
    assert.equal(await xAccountOf(user), null);
  });
});
