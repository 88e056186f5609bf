import { sleep } from '../../platform/clock.js';
import { describeError, JobError } from '../../platform/errors.js';
import { randomId } from '../../platform/ids.js';
import { log } from '../../platform/log.js';
import type { XGrant, XIdentity } from '../../providers/x/types.js';
import type { GrantDependencies } from './dependencies.js';
import { isReconnectRequired, reconnectRequired } from './errors.js';
import { keepGrant, markReconnectRequired } from './keepGrant.js';
import { revokeGrant } from './revoke.js';
import { loadGrant, readTokens, tokensRef } from './store.js';
import type { Tokens } from './store.js';

/** An access token with less left is refreshed: what begins with it should also end with it. */
const MARGIN_MILLISECONDS = 2 * 60_000;
/** Longer than the provider's own limit on a call, so that it is the provider who says what went wrong. */
const REFRESH_MILLISECONDS = 30_000;
/** Longer than a refresh with its write: who holds the lease past this is dead. */
const LEASE_MILLISECONDS = 45_000;
/** Others wait past the end of a lease whose holder died, and a refresh after that. */
const WAIT_MILLISECONDS = 90_000;
const FIRST_PAUSE_MILLISECONDS = 100;
const LONGEST_PAUSE_MILLISECONDS = 1_000;

/** An access token that is good for now, and whose account it acts for. */
export interface FreshGrant {
  readonly grantId: string;
  readonly accessToken: string;
  readonly identity: XIdentity;
}

/**
 * What to do about a user's tokens: pure, so that every case is a plain test.
 * @param margin how many milliseconds an access token should have left
 */
export function planGrant(
  tokens: Tokens,
  rejected: string | null,
  now: Date,
  margin = MARGIN_MILLISECONDS,
): 'use' | 'refresh' | 'wait' | 'reconnect' {
  if (tokens.status === 'reconnect_required') return 'reconnect';
  const left = tokens.accessExpiresAt.getTime() - now.getTime();
  if (tokens.grantId !== rejected && left > margin) return 'use';
  return tokens.lease && tokens.lease.expiresAt > now ? 'wait' : 'refresh';
}

/**
 * The user's access token, refreshed where it is about to run out, by one process at a time: a refresh token
 * is good for one use, and two that used it at once would lose the account. The others wait.
 * @param rejected the grant that X has just refused: refreshed however long it has left
 * @returns null where the user has no account connected
 * @throws JobError `x_reconnect_required`, `x_unavailable`
 */
export async function freshGrant(
  deps: GrantDependencies,
  userId: string,
  signal: AbortSignal,
  rejected: string | null = null,
): Promise<FreshGrant | null> {
  const giveUpAt = deps.clock().getTime() + WAIT_MILLISECONDS;
  const ref = tokensRef(deps.db, userId);
  let pause = FIRST_PAUSE_MILLISECONDS;
  let margin = MARGIN_MILLISECONDS;
  while (deps.clock().getTime() < giveUpAt) {
    signal.throwIfAborted();
    const tokens = readTokens(await ref.get());
    if (!tokens) return null;
    const plan = planGrant(tokens, rejected, deps.clock(), margin);
    if (plan === 'use') return toFresh(deps, tokens);
    if (plan === 'reconnect') throw reconnectRequired();
    if (plan === 'refresh') {
      await refreshAlone(deps, userId, rejected);
      // What X has just given is as good as it gets.
      margin = 0;
    } else {
      await sleep(pause * (0.5 + Math.random() / 2), signal);
      pause = Math.min(pause * 1.5, LONGEST_PAUSE_MILLISECONDS);
    }
  }
  throw new JobError('x_unavailable', 'X is unavailable at the moment.', 'later', {
    cause: new Error('others held the refresh for too long'),
  });
}

function toFresh({ vault }: GrantDependencies, tokens: Tokens): FreshGrant {
  const { userId, grantId, identity } = tokens;
  const { accessToken } = loadGrant(vault, tokens, { userId, purpose: 'token' });
  return { grantId, accessToken, identity };
}

/** Refreshes, if nobody else was first; either way the document tells how things stand afterwards. */
async function refreshAlone(
  deps: GrantDependencies,
  userId: string,
  rejected: string | null,
): Promise<void> {
  const owner = randomId();
  const tokens = await takeLease(deps, userId, rejected, owner);
  if (!tokens) return;
  try {
    await refresh(deps, tokens);
  } catch (error) {
    await releaseLease(deps, userId, owner);
    throw error;
  }
}

/** @returns the tokens to refresh, or null where there is nothing to do or somebody else does it */
function takeLease(
  { db, clock }: GrantDependencies,
  userId: string,
  rejected: string | null,
  owner: string,
): Promise<Tokens | null> {
  const ref = tokensRef(db, userId);
  return db.runTransaction(async (transaction) => {
    const tokens = readTokens(await transaction.get(ref));
    const now = clock();
    if (!tokens) return null;
    if (tokens.lease?.owner !== owner && planGrant(tokens, rejected, now) !== 'refresh')
      return null;
    const expiresAt = new Date(now.getTime() + LEASE_MILLISECONDS);
    transaction.update(ref, { lease: { owner, expiresAt } });
    return tokens;
  });
}

/**
 * The caller's signal does not end it: X may have traded the refresh token already, and the new one, unread,
 * would be lost and the account with it.
 * @throws JobError `x_unavailable`; a refusal is marked on the account instead
 */
async function refresh(deps: GrantDependencies, tokens: Tokens): Promise<void> {
  const { userId, grantId } = tokens;
  const former = loadGrant(deps.vault, tokens, { userId, purpose: 'token' });
  let grant: XGrant;
  try {
    const limit = AbortSignal.timeout(REFRESH_MILLISECONDS);
    grant = await deps.oauth.refresh(former.refreshToken, limit);
  } catch (error) {
    if (!isReconnectRequired(error)) throw error;
    const marked = await markReconnectRequired(deps, userId, grantId);
    log('WARNING', 'x grant refused', { userId, marked, cause: describeError(error).message });
    return;
  }
  const kept = await keepGrant(deps, userId, grantId, { grant, newGrantId: randomId() });
  log('INFO', 'x grant refreshed', { userId, kept });
  if (!kept) await revokeGrant(deps, grant, userId);
}

/** A failure leaves the lease to run out by itself: what made the refresh fail counts. */
async function releaseLease(
  { db }: GrantDependencies,
  userId: string,
  owner: string,
): Promise<void> {
  const ref = tokensRef(db, userId);
  try {
    await db.runTransaction(async (transaction) => {
      const tokens = readTokens(await transaction.get(ref));
      if (tokens?.lease?.owner === owner) transaction.update(ref, { lease: null });
    });
  } catch (error) {
    log('WARNING', 'x lease not released', { userId, cause: describeError(error).message });
  }
}
