import assert from 'node:assert/strict';
import { X_CONNECTION_PARAMETER } from '@quikthread/contract';
import { createVault, sealedSchema } from '../../functions/src/features/xAccount/vault.js';
import type { Session } from '../../scripts/platform/session.js';
import { allLogLines } from '../support/logs.js';
import { admin, closeAll, eventually, signUpOn } from '../support/platform.js';
import { x } from '../support/standIns.js';
import { approve, redirect, usernameOf } from '../support/x.js';
import { closeGrants, endAccess, localSecret, openHere, plainGrant } from '../support/xGrants.js';

const parameter = (url: URL | string, name: string) =>
  new URL(url).searchParams.get(name) ?? assert.fail(name);

/**
 * The emulator's own debug lines, as Cloud Run's request log, note the address of every request before any code
 * of ours sees it, so also the callback's with its state and code. Both are good for nothing by then: the state
 * is used up by that very request, and the code needs the PKCE verifier and the client's secret.
 */
function withoutAddresses(line: string): string {
  return line.startsWith('[debug]') ? line.replaceAll(/\?state=[\w-]+&code=[\w-]+/g, '') : line;
}

describe('what is secret about an X account', function () {
  this.timeout(60_000);
  const secrets = new Map<string, string>();
  let user: Session;

  /** Remembers a secret by a name that may be shown. */
  function seen(name: string, value: string): string {
    assert.ok(value.length >= 10, name);
    secrets.set(name, value);
    return value;
  }

  async function seeGrant(name: string): Promise<void> {
    const { accessToken, refreshToken } = await plainGrant(user.userId);
    seen(`${name}, access token`, accessToken);
    seen(`${name}, refresh token`, refreshToken);
  }

  function assertHoldsNone(text: string, where: string): void {
    for (const [name, value] of secrets) {
      assert.ok(
        !text.includes(value) && !text.includes(encodeURIComponent(value)),
        `${name}: ${where}`,
      );
    }
  }

  /** Of all documents; of this user's there are some in the collections named. */
  async function assertDocumentsHoldNone(expected: readonly string[]): Promise<void> {
    const { firestore } = admin();
    const held: string[] = [];
    for (const collection of await firestore.listCollections()) {
      const { id } = collection;
      const { docs } = await collection.get();
      for (const snapshot of docs) {
        assertHoldsNone(`${snapshot.ref.path} ${JSON.stringify(snapshot.data())}`, id);
        if (snapshot.get('userId') === user.userId) held.push(id);
      }
    }
    for (const name of expected) assert.ok(held.includes(name), `${name} holds nothing`);
  }

  before(async () => {
    await x.reset();
    user = await signUpOn('pro');
    for (const name of ['X_CLIENT_SECRET', 'X_APP_SECRET', 'X_APP_ACCESS_SECRET']) {
      seen(name, localSecret(name));
    }
    for (const entry of localSecret('X_TOKEN_KEYS').split(',')) {
      seen('a token key', entry.split(':')[1] ?? '');
    }
  });
  after(async () => {
    await x.reset();
    await closeGrants();
    await closeAll();
  });

  it('is in no document while an account is connected', async () => {
    const { authorizationUrl } = await user.client.connectX();
    seen('state', parameter(authorizationUrl, 'state'));
    const [state] = (
      await admin().firestore.collection('x-oauth-states').where('userId', '==', user.userId).get()
    ).docs;
    const verifier = sealedSchema.parse(state?.get('verifier'));
    const vault = createVault(localSecret('X_TOKEN_KEYS'));
    seen('verifier', vault.open(verifier, { userId: user.userId, purpose: 'verifier' }));
    await assertDocumentsHoldNone(['x-oauth-states']);
    const callback = await approve(authorizationUrl, usernameOf(user));
    seen('code', parameter(callback, 'code'));
    const returned = await redirect(callback);
    const connection = seen('connection', parameter(returned, X_CONNECTION_PARAMETER));
    await assertDocumentsHoldNone(['x-connections']);
    await user.client.confirmX({ connection });
    await seeGrant('first grant');
    await assertDocumentsHoldNone(['x-tokens']);
    await redirect(callback);
  });

  it('is in no document after a refresh, or what went wrong', async () => {
    const open = openHere();
    const signal = AbortSignal.timeout(30_000);
    await endAccess(user.userId);
    await open(user.userId, signal);
    await seeGrant('refreshed grant');
    const { authorizationUrl } = await user.client.connectX();
    seen('second state', parameter(authorizationUrl, 'state'));
    const callback = await approve(authorizationUrl, usernameOf(user));
    seen('second code', parameter(callback, 'code'));
    await x.fault({
      match: 'authorization_code',
      status: 400,
      body: { error: [...secrets.values()] },
    });
    await redirect(callback);
    await x.fault({
      match: '/2/oauth2/revoke',
      status: 503,
      body: { error: [...secrets.values()] },
    });
    assert.deepEqual(await user.client.disconnectX(), { revoked: false });
    const logs = await admin()
      .firestore.collection('error-logs')
      .where('context.userId', '==', user.userId)
      .get();
    assert.equal(logs.size, 1);
    await assertDocumentsHoldNone([]);
  });

  it('is in no log of the platform and its functions', async () => {
    // The functions' own lines are there, down to the last of them.
    await eventually(async () => {
      const own = (await allLogLines()).filter((line) => line.includes(user.userId));
      for (const part of ['x callback failed', 'x grant not revoked', 'disconnectX']) {
        assert.ok(
          own.some((line) => line.includes(part)),
          part,
        );
      }
    });
    for (const line of await allLogLines()) assertHoldsNone(withoutAddresses(line), line);
  });

  it("is not in the stand-in's journal", async () => {
    assertHoldsNone(JSON.stringify(await x.journal()), 'the journal');
  });
});
