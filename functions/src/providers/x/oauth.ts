import { createHash, randomBytes } from 'node:crypto';
import type { TwitterApi } from 'twitter-api-v2';
import { z } from 'zod';
import { systemClock } from '../../platform/clock.js';
import type { Clock } from '../../platform/clock.js';
import type { JobError } from '../../platform/errors.js';
import { callX } from './call.js';
import { createXClient } from './client.js';
import { oauthError, otherwiseRefused, reconnectRequired, refusal } from './errors.js';
import type { XRefusal } from './errors.js';
import type { XGrant, XOAuth } from './types.js';

export interface XOAuthOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** As registered with X. */
  readonly callbackUrl: string;
  /** The API's origin, e.g. "https://api.x.com". */
  readonly apiBaseUrl: string;
  /** Where users grant access, e.g. "https://x.com". */
  readonly webBaseUrl: string;
  /** For each request to X; default 20,000. */
  readonly timeoutMilliseconds?: number;
  readonly clock?: Clock;
}

const SCOPES = 'tweet.read tweet.write users.read offline.access';

/** The answer of the token endpoint, as the SDK gives it. */
const tokensSchema = z.object({
  accessToken: z.string().min(1),
  /** There for the scope offline.access. */
  refreshToken: z.string().min(1),
  expiresIn: z.number().positive(),
});

/** Some JSON: a success says no more (RFC 7009, 2.2), but a page of a proxy's is none. */
const revokedSchema = z.looseObject({});

/**
 * X's OAuth 2.0 (docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code). Rejects with the
 * signal's reason when the signal aborts, and with JobErrors of `x_` codes otherwise, none of which holds a
 * token, a code or a secret.
 */
export function createXOAuth(options: XOAuthOptions): XOAuth {
  const clock = options.clock ?? systemClock;
  const endpoint = { ...options, clock };
  const credentials = { clientId: options.clientId, clientSecret: options.clientSecret };

  async function grant(
    signal: AbortSignal,
    refuse: (answer: XRefusal, now: Date) => JobError,
    send: (api: TwitterApi) => Promise<unknown>,
  ): Promise<XGrant> {
    const askedAt = clock();
    const call = { credentials, signal, schema: tokensSchema, send, refuse };
    const { expiresIn, ...tokens } = await callX(endpoint, call);
    return { ...tokens, expiresAt: new Date(askedAt.getTime() + expiresIn * 1000) };
  }

  async function revokeToken(
    token: string,
    type: 'access_token' | 'refresh_token',
    signal: AbortSignal,
  ) {
    const send = (api: TwitterApi) => api.revokeOAuth2Token(token, type);
    await callX(endpoint, {
      credentials,
      signal,
      schema: revokedSchema,
      send,
      forgive: revokedIfInvalid,
      refuse: appRefusal,
    });
  }

  return {
    authorization: (state) => authorization(options, state),

    async exchange(code, codeVerifier, signal) {
      const login = { code, codeVerifier, redirectUri: options.callbackUrl };
      const granted = await grant(signal, appRefusal, (api) => api.loginWithOAuth2(login));
      const client = createXClient({
        ...endpoint,
        credentials: { accessToken: granted.accessToken },
      });
      return { grant: granted, identity: await client.me(signal) };
    },

    refresh: (refreshToken, signal) =>
      grant(signal, refreshRefusal, (api) => api.refreshOAuth2Token(refreshToken)),

    async revoke({ refreshToken, accessToken }, signal) {
      // The lasting one first, should the second fail.
      await revokeToken(refreshToken, 'refresh_token', signal);
      await revokeToken(accessToken, 'access_token', signal);
    },
  };
}

/**
 * Made here and not by the SDK, whose link always goes to x.com and names the method "s256", where RFC 7636
 * (4.3) has "S256".
 */
function authorization(options: XOAuthOptions, state: string) {
  const codeVerifier = randomBytes(48).toString('base64url');
  const url = new URL('/i/oauth2/authorize', options.webBaseUrl);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: options.clientId,
    redirect_uri: options.callbackUrl,
    scope: SCOPES,
    state,
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  return { url: url.href, codeVerifier };
}

/** Errors of the token endpoint that speak of the token or the code; any other is about the app. */
const grantErrors: ReadonlySet<string | null> = new Set([
  'invalid_request',
  'invalid_grant',
  'invalid_token',
]);

/** A 401 of the token endpoint is about the app's own credentials, so no user can mend it by connecting again. */
function appRefusal(answer: XRefusal, now: Date): JobError {
  return answer.status === 401 ? otherwiseRefused(answer) : refusal(answer, now);
}

function refreshRefusal(answer: XRefusal, now: Date): JobError {
  const error = oauthError(answer.body);
  return answer.status === 400 && grantErrors.has(error)
    ? reconnectRequired(`status 400, ${error}`)
    : appRefusal(answer, now);
}

/** X refuses to end what has ended already. */
function revokedIfInvalid({ status, body }: XRefusal): z.infer<typeof revokedSchema> | null {
  return status === 400 && grantErrors.has(oauthError(body)) ? {} : null;
}
