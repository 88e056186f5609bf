import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import OAuth from 'oauth-1.0a';
import { z } from 'zod';
import { forbidden, unauthorized } from './errors.js';
import type { AccessToken } from './grants.js';
import { APP_ACCOUNT } from './state.js';
import type { Account, XState } from './state.js';

/** The one OAuth 1.0a application and its user's token. */
const CONSUMER = { key: 'local-x-app-key', secret: 'local-x-app-secret' };
const TOKEN = { key: 'local-x-app-token', secret: 'local-x-app-token-secret' };

/** A client may sign the address that it believes it calls. */
const API_ORIGINS = ['https://api.x.com', 'https://api.twitter.com'];

const MAX_CLOCK_SKEW_SECONDS = 300;

/** Who calls. */
export interface Caller {
  account: Account;
  /** Undefined for OAuth 1.0a, whose token has every scope and no end. */
  token: AccessToken | undefined;
}

/** Reads a bearer token or an OAuth 1.0a signature; a 401 for what is not good. */
export function authenticate(state: XState, request: IncomingMessage, url: URL): Caller {
  const [, scheme = '', credentials = ''] =
    /^(\S+) +(.+)$/.exec(request.headers.authorization ?? '') ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer': {
      const token = state.grants.accessToken(credentials);
      const account = token && state.account(token.accountId);
      if (account === undefined) throw unauthorized();
      return { account, token };
    }
    case 'oauth':
      checkSignature(request, url, credentials);
      return { account: state.openAccount(APP_ACCOUNT), token: undefined };
    default:
      throw unauthorized();
  }
}

/** A 403 where the token was not granted all of these. */
export function requireScopes({ token }: Caller, scopes: readonly string[]): void {
  if (token && !scopes.every((scope) => token.scopes.includes(scope))) throw forbidden();
}

const oauth1Schema = z.object({
  oauth_consumer_key: z.literal(CONSUMER.key),
  oauth_token: z.literal(TOKEN.key),
  oauth_nonce: z.string().min(1),
  oauth_signature: z.string(),
  oauth_signature_method: z.literal('HMAC-SHA1'),
  oauth_timestamp: z.coerce.number().int(),
  oauth_version: z.literal('1.0').default('1.0'),
});

/** RFC 5849, section 3.2. No body of this API is a form, so none is signed. */
function checkSignature(request: IncomingMessage, url: URL, header: string): void {
  const parsed = oauth1Schema.safeParse(parametersOf(header));
  if (!parsed.success) throw unauthorized();
  const { oauth_signature: given, ...signed } = parsed.data;
  const skew = Math.abs(Date.now() / 1000 - signed.oauth_timestamp);
  if (skew > MAX_CLOCK_SKEW_SECONDS) throw unauthorized();
  const oauth = new OAuth({
    consumer: CONSUMER,
    hash_function: (base, key) => createHmac('sha1', key).update(base).digest('base64'),
  });
  const method = request.method ?? 'GET';
  const data = Object.fromEntries(url.searchParams);
  const good = [`http://${request.headers.host ?? ''}`, ...API_ORIGINS].some((origin) => {
    const target = { method, url: `${origin}${url.pathname}`, data };
    return oauth.getSignature(target, TOKEN.secret, signed) === given;
  });
  if (!good) throw unauthorized();
}

function parametersOf(header: string): Record<string, string> {
  const pairs = [...header.matchAll(/([a-z_]+)="([^"]*)"/g)];
  return Object.fromEntries(
    pairs.map(([, name = '', value = '']) => [name, decodeURIComponent(value)]),
  );
}
