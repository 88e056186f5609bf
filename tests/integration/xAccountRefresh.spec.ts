import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { JobErrorCode } from '@quikthread/contract';
import {
  keepGrant,
  markReconnectRequired,
} from '../../functions/src/features/xAccount/keepGrant.js';
import { operatorAccount } from '../../functions/src/features/xAccount/operator.js';
import { JobError } from '../../functions/src/platform/errors.js';
import type { OpenXConnection } from '../../functions/src/providers/x/types.js';
import type { Session } from '../../scripts/platform/session.js';
import { ROOT } from '../../scripts/platform/workspace.js';
import { closeAll, eventually, signUpOn } from '../support/platform.js';
import { x } from '../support/standIns.js';
import { changeXAccount, connectXAccount, moveXClock, usernameOf } from '../support/x.js';
import {
  changeTokens,
  closeGrants,
  endAccess,
  localSecret,
  openDependencies,
  openHere,
  plainGrant,
  storedTokens,
} from '../support/xGrants.js';

const signal = () => AbortSignal.timeout(60_000);

/** The refreshes that X was asked for, in order, by the status of its answer. */
async function refreshes(): Promise<(number | null)[]> {
  return (await x.journal('refresh_token')).map(({ status }) => status);
}

async function statusOf(session: Session) {
  return (await session.client.getProfile()).xAccount?.status;
}

async function assertFails(work: Promise<unknown>, code: JobErrorCode): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof JobError, String(error));
    assert.equal(error.code, code);
    return true;
  });
}

describe("a connection's grant", function () {
  this.timeout(120_000);
  let user: Session;
  let userId: string;
  let open: OpenXConnection;

  beforeEach(async () => {
    await x.reset();
    user = await signUpOn('pro');
    ({ userId } = user);
    await connectXAccount(user);
    open = openHere();
  });
  after(async () => {
    await x.reset();
    await closeGrants();
    await closeAll();
  });

  const username = async () => (await (await open(userId, signal())).client.me(signal())).username;

  it('is used as it is while it has time left', async () => {
    assert.equal(await username(), usernameOf(user));
    const { identity } = await open(userId, signal());
    assert.equal(identity.username, usernameOf(user));
    assert.deepEqual(await refreshes(), []);
  });

  it('is refreshed once it is about to end, and the new one is kept', async () => {
    const before = await plainGrant(userId);
    await changeTokens(userId, { accessExpiresAt: new Date(Date.now() + 110_000) });
    assert.equal(await username(), usernameOf(user));
    const after = await plainGrant(userId);
    assert.notEqual(after.accessToken, before.accessToken);
    assert.notEqual(after.refreshToken, before.refreshToken);
    assert.ok(after.expiresAt.getTime() > Date.now() + 7_000_000);
    assert.equal(await username(), usernameOf(user));
    assert.deepEqual(await refreshes(), [200]);
    assert.equal((await storedTokens(userId))?.lease, null);
  });

  it('is refreshed once by ten processes at the same time, and still works', async () => {
    const children = Array.from({ length: 10 }, () =>
      fork(join(ROOT, 'tests/support/openXConnection.ts'), {
        execArgv: ['--import', 'tsx'],
        cwd: ROOT,
      }),
    );
    await Promise.all(children.map(said));
    await endAccess(userId);
    // Long enough at X that all of them find the token over.
    await x.fault({ match: 'refresh_token', delayMs: 1_500 });
    const outcomes = children.map(said);
    for (const child of children) child.send(userId);
    const names = await Promise.all(outcomes);
    assert.deepEqual(names, Array<string>(10).fill(usernameOf(user)));
    assert.deepEqual(await refreshes(), [200]);
    await Promise.all(children.map(ended));
    await endAccess(userId);
    assert.equal(await username(), usernameOf(user));
    assert.deepEqual(await refreshes(), [200, 200]);
    assert.equal(await statusOf(user), 'connected');
  });

  it('is refreshed once by twenty callers in one process', async () => {
    await endAccess(userId);
    await x.fault({ match: 'refresh_token', delayMs: 300 });
    const names = await Promise.all(Array.from({ length: 20 }, username));
    assert.deepEqual(new Set(names), new Set([usernameOf(user)]));
    assert.deepEqual(await refreshes(), [200]);
  });

  it('is refreshed by another once the lease of one that died is over', async () => {
    await endAccess(userId);
    const expiresAt = new Date(Date.now() + 1_500);
    await changeTokens(userId, { lease: { owner: 'dead', expiresAt } });
    assert.equal(await username(), usernameOf(user));
    assert.ok(new Date() >= expiresAt);
    assert.deepEqual(await refreshes(), [200]);
  });

  it('is not lost where X is out of order: the next attempt refreshes it', async () => {
    await endAccess(userId);
    await x.fault(
      { match: 'refresh_token', status: 503 },
      { match: 'refresh_token', cut: 'before' },
    );
    await assertFails(open(userId, signal()), 'x_unavailable');
    await assertFails(open(userId, signal()), 'x_unavailable');
    assert.equal((await storedTokens(userId))?.lease, null);
    assert.equal(await username(), usernameOf(user));
    assert.equal(await statusOf(user), 'connected');
  });

  it('is kept where the caller leaves during the refresh', async () => {
    await endAccess(userId);
    await x.fault({ match: 'refresh_token', delayMs: 500 });
    const caller = new AbortController();
    const opening = open(userId, caller.signal);
    await eventually(async () => {
      assert.ok((await storedTokens(userId))?.lease);
    });
    caller.abort(new Error('left'));
    await assert.rejects(opening, /left/);
    assert.equal(await username(), usernameOf(user));
    assert.deepEqual(await refreshes(), [200]);
  });

  it('revoked at X: the profile says so, and X is asked no more', async () => {
    await changeXAccount(usernameOf(user), { revokeGrants: true });
    await assertFails(username(), 'x_reconnect_required');
    assert.equal(await statusOf(user), 'reconnect_required');
    assert.deepEqual(await refreshes(), [400]);
    await assertFails(open(userId, signal()), 'x_reconnect_required');
    assert.deepEqual(await refreshes(), [400]);
    await connectXAccount(user);
    assert.equal(await statusOf(user), 'connected');
    assert.equal(await username(), usernameOf(user));
  });

  it('over at X for good, found at the refresh: the same', async () => {
    await moveXClock(181 * 24 * 3600);
    await endAccess(userId);
    await assertFails(open(userId, signal()), 'x_reconnect_required');
    assert.equal(await statusOf(user), 'reconnect_required');
  });

  it('refused at a call before its time: refreshed once, and the call goes through', async () => {
    const { client } = await open(userId, signal());
    await x.fault({ match: '/2/users/me', answer: 'token_expired' });
    const names = await Promise.all([client.me(signal()), client.me(signal())]);
    assert.deepEqual(
      names.map((me) => me.username),
      [usernameOf(user), usernameOf(user)],
    );
    assert.deepEqual(await refreshes(), [200]);
    assert.equal(await statusOf(user), 'connected');
  });

  it('refused again after the refresh: to be connected again', async () => {
    const { client } = await open(userId, signal());
    await x.fault({ match: '/2/users/me', answer: 'token_expired', times: 2 });
    await assertFails(client.me(signal()), 'x_reconnect_required');
    assert.deepEqual(await refreshes(), [200]);
    assert.equal(await statusOf(user), 'reconnect_required');
  });

  it('a refused tweet is sent once, after the refresh', async () => {
    const { client } = await open(userId, signal());
    await x.fault({ match: '/2/tweets', answer: 'token_expired' });
    await client.postTweet({ text: 'hello', inReplyTo: null }, signal());
    const posts = await x.journal('/2/tweets');
    assert.deepEqual(
      posts.map(({ status }) => status),
      [401, 201],
    );
  });

  it('does not go on as another account that was connected meanwhile', async () => {
    const { client } = await open(userId, signal());
    await connectXAccount(user, `b${usernameOf(user).slice(1)}`);
    await assertFails(client.me(signal()), 'x_not_connected');
    assert.equal(await statusOf(user), 'connected');
  });

  it('refreshed while its user disconnects: neither kept nor left at X', async () => {
    await endAccess(userId);
    await x.fault({ match: 'refresh_token', delayMs: 1_500 });
    const opening = assertFails(open(userId, signal()), 'x_not_connected');
    await eventually(async () => {
      assert.ok((await storedTokens(userId))?.lease);
    });
    await user.client.disconnectX();
    await opening;
    assert.equal(await storedTokens(userId), null);
    assert.equal((await user.client.getProfile()).xAccount, null);
    // Both tokens of the former grant, and both of what came of the refresh, if there was one.
    const [refreshed] = await refreshes();
    const revoked = await x.journal('/2/oauth2/revoke');
    assert.equal(revoked.length, refreshed === 200 ? 4 : 2);
  });

  it('a late refresh mends an account that was given up in the meantime', async () => {
    const deps = openDependencies();
    const { grantId } = (await storedTokens(userId)) ?? assert.fail();
    const { refreshToken } = await plainGrant(userId);
    const grant = await deps.oauth.refresh(refreshToken, signal());
    assert.ok(await markReconnectRequired(deps, userId, grantId));
    assert.equal(await statusOf(user), 'reconnect_required');
    const late = { grant, newGrantId: 'late' };
    assert.ok(await keepGrant(deps, userId, grantId, late));
    assert.ok(await keepGrant(deps, userId, grantId, late), 'its commit tried again');
    assert.equal(await statusOf(user), 'connected');
    assert.equal(await username(), usernameOf(user));
    assert.ok(!(await markReconnectRequired(deps, userId, grantId)), 'replaced by then');
    assert.ok(!(await keepGrant(deps, userId, grantId, { grant, newGrantId: 'third' })));
  });

  it('is sealed with the newest key at the next refresh', async () => {
    const [oldKeys, newKey] = [localSecret('X_TOKEN_KEYS'), randomBytes(32).toString('base64')];
    const rotated = openHere(openDependencies(`new:${newKey},${oldKeys}`));
    await rotated(userId, signal());
    assert.notEqual((await storedTokens(userId))?.grant.keyId, 'new');
    await endAccess(userId);
    await rotated(userId, signal());
    assert.equal((await storedTokens(userId))?.grant.keyId, 'new');
    const { client } = await openHere(openDependencies(`new:${newKey}`))(userId, signal());
    assert.equal((await client.me(signal())).username, usernameOf(user));
    await assert.rejects(open(userId, signal()), /no key named new/);
  });

  it("another user's stored grant opens for nobody else", async () => {
    const thief = await signUpOn('pro');
    await connectXAccount(thief);
    const { grant } = (await storedTokens(userId)) ?? assert.fail();
    await changeTokens(thief.userId, { grant });
    await assert.rejects(open(thief.userId, signal()), (error) => !(error instanceof JobError));
  });

  describe('without an account of their own', () => {
    it('a user cannot act on X', async () => {
      await user.client.disconnectX();
      await assertFails(open(userId, signal()), 'x_not_connected');
    });

    it("a user acts as the operator's account in single account mode", async () => {
      const deps = openDependencies();
      const single = openHere({ ...deps, operator: operatorAccount(operatorClient) });
      const own = await single(userId, signal());
      assert.equal(own.identity.username, usernameOf(user));
      await user.client.disconnectX();
      await x.reset();
      for (let i = 0; i < 3; i += 1) {
        const { identity } = await single(userId, signal());
        assert.equal(identity.username, 'quikthread_app');
      }
      assert.equal((await x.journal('/2/users/me')).length, 1);
    });

    it("refused keys of the operator are not the user's to mend", async () => {
      const deps = openDependencies();
      const operator = operatorAccount(() =>
        deps.createClient({ ...operatorKeys(), accessSecret: 'wrong' }, userId),
      );
      await user.client.disconnectX();
      await assertFails(openHere({ ...deps, operator })(userId, signal()), 'x_refused');
    });
  });
});

function operatorKeys() {
  return {
    appKey: localSecret('X_APP_KEY'),
    appSecret: localSecret('X_APP_SECRET'),
    accessToken: localSecret('X_APP_ACCESS_TOKEN'),
    accessSecret: localSecret('X_APP_ACCESS_SECRET'),
  };
}

const operatorClient = () => openDependencies().createClient(operatorKeys(), 'anybody');

/** The next message of a process. */
async function said(child: ChildProcess): Promise<unknown> {
  const [message] = (await once(child, 'message')) as [unknown];
  return message;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null) await once(child, 'exit');
  assert.equal(child.exitCode, 0);
}
