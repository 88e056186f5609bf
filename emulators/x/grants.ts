import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from './clock.js';
import { DAY, HOUR, SECOND } from './clock.js';

/** Lifetimes (docs.x.com/resources/fundamentals/authentication/oauth-2-0/authorization-code). */
const CODE_LIFETIME = 30 * SECOND;
const ACCESS_TOKEN_LIFETIME = 2 * HOUR;
const REFRESH_TOKEN_LIFETIME = 180 * DAY;

export const CODE_CHALLENGE_METHODS = ['s256', 'plain'] as const;

/** What the user of an account was asked for, and allowed. */
export interface Authorization {
  clientId: string;
  redirectUri: string;
  accountId: string;
  scopes: readonly string[];
  codeChallenge: string;
  codeChallengeMethod: (typeof CODE_CHALLENGE_METHODS)[number];
}

/** One consent and the tokens that came of it. */
interface Grant {
  accountId: string;
  clientId: string;
  scopes: readonly string[];
  revoked: boolean;
}

/** A token that was looked up and is good. */
export interface AccessToken {
  accountId: string;
  scopes: readonly string[];
  /** From now on it is as if its two hours were over. */
  expire: () => void;
  /** Takes the whole grant back, its refresh tokens included. */
  revoke: () => void;
}

/** What a client is handed; a refresh token only with the scope `offline.access`. */
export interface IssuedTokens {
  accessToken: string;
  refreshToken: string | undefined;
  expiresInSeconds: number;
  scopes: readonly string[];
}

interface StoredToken {
  grant: Grant;
  expiresAt: number;
}

/** Codes, access tokens and refresh tokens. Whatever is used up, over, revoked or unknown is undefined. */
export class Grants {
  private codes = new Map<string, { authorization: Authorization; expiresAt: number }>();
  private accessTokens = new Map<string, StoredToken>();
  private refreshTokens = new Map<string, StoredToken>();

  constructor(private readonly clock: Clock) {}

  clear(): void {
    this.codes.clear();
    this.accessTokens.clear();
    this.refreshTokens.clear();
  }

  issueCode(authorization: Authorization): string {
    const code = newSecret();
    this.codes.set(code, { authorization, expiresAt: this.clock.now() + CODE_LIFETIME });
    return code;
  }

  /** A code is gone with its first use, good or bad. */
  redeemCode(
    code: string,
    proof: { clientId: string; redirectUri: string; codeVerifier: string },
  ): IssuedTokens | undefined {
    const entry = this.codes.get(code);
    this.codes.delete(code);
    if (entry === undefined || entry.expiresAt <= this.clock.now()) return undefined;
    const { clientId, redirectUri, accountId, scopes, ...pkce } = entry.authorization;
    const given = challengeOf(proof.codeVerifier, pkce.codeChallengeMethod);
    if (given !== pkce.codeChallenge) return undefined;
    if (clientId !== proof.clientId || redirectUri !== proof.redirectUri) return undefined;
    return this.issueTokens({ accountId, clientId, scopes, revoked: false });
  }

  /** Refresh tokens rotate: the one that is used is good for nothing more. Access tokens live on. */
  refresh(token: string, clientId: string): IssuedTokens | undefined {
    const stored = this.valid(this.refreshTokens, token);
    if (stored?.grant.clientId !== clientId) return undefined;
    this.refreshTokens.delete(token);
    return this.issueTokens(stored.grant);
  }

  accessToken(token: string): AccessToken | undefined {
    const stored = this.valid(this.accessTokens, token);
    if (stored === undefined) return undefined;
    const { grant } = stored;
    return {
      accountId: grant.accountId,
      scopes: grant.scopes,
      expire: () => {
        stored.expiresAt = this.clock.now();
      },
      revoke: () => {
        grant.revoked = true;
      },
    };
  }

  /** An access token goes alone, a refresh token takes its grant with it (RFC 7009, section 2.1). */
  revoke(token: string): void {
    const refreshed = this.refreshTokens.get(token);
    if (refreshed) refreshed.grant.revoked = true;
    this.accessTokens.delete(token);
  }

  /** What the owner of an account does in X's settings. */
  revokeAllOf(accountId: string): void {
    for (const { grant } of [...this.accessTokens.values(), ...this.refreshTokens.values()]) {
      if (grant.accountId === accountId) grant.revoked = true;
    }
  }

  private valid(tokens: Map<string, StoredToken>, token: string): StoredToken | undefined {
    const stored = tokens.get(token);
    if (stored === undefined || stored.grant.revoked) return undefined;
    return stored.expiresAt > this.clock.now() ? stored : undefined;
  }

  private issueTokens(grant: Grant): IssuedTokens {
    const now = this.clock.now();
    const accessToken = newSecret();
    this.accessTokens.set(accessToken, { grant, expiresAt: now + ACCESS_TOKEN_LIFETIME });
    let refreshToken: string | undefined;
    if (grant.scopes.includes('offline.access')) {
      refreshToken = newSecret();
      this.refreshTokens.set(refreshToken, { grant, expiresAt: now + REFRESH_TOKEN_LIFETIME });
    }
    const expiresInSeconds = ACCESS_TOKEN_LIFETIME / SECOND;
    return { accessToken, refreshToken, expiresInSeconds, scopes: grant.scopes };
  }
}

const newSecret = () => randomBytes(48).toString('base64url');

/** RFC 7636, section 4.2. */
function challengeOf(verifier: string, method: Authorization['codeChallengeMethod']): string {
  if (method === 'plain') return verifier;
  return createHash('sha256').update(verifier).digest('base64url');
}
