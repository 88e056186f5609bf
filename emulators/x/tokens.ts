import { text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import type { Answer, Exchange } from '../http/exchange.js';
import { CLIENT_ID } from './authorize.js';
import { oauthError } from './errors.js';
import type { Grants, IssuedTokens } from './grants.js';
import type { XVariation } from './variations.js';

const CLIENT_SECRET = 'local-x-secret';

type Parameters = ReadonlyMap<string, string>;

/** `POST /2/oauth2/token`: the grants `authorization_code` and `refresh_token`. */
export async function answerToken(grants: Grants, exchange: Exchange<XVariation>): Promise<Answer> {
  const parameters = await readParameters(exchange.request);
  checkClient(exchange.request, parameters);
  const grantType = required(parameters, 'grant_type');
  exchange.note({ grantType });
  // A request that is not whole takes no fault; a code or token is used up behind it.
  const redeem = redemption(grants, grantType, parameters);
  await exchange.takeFault(`POST /2/oauth2/token ${grantType}`, () => false);
  return { status: 200, body: tokenBody(redeem()) };
}

/** `POST /2/oauth2/revoke`: a token that is not known counts as revoked (RFC 7009, section 2.2). */
export async function answerRevoke(
  grants: Grants,
  exchange: Exchange<XVariation>,
): Promise<Answer> {
  const parameters = await readParameters(exchange.request);
  checkClient(exchange.request, parameters);
  const token = required(parameters, 'token');
  await exchange.takeFault('POST /2/oauth2/revoke', () => false);
  grants.revoke(token);
  return { status: 200, body: { revoked: true } };
}

function redemption(grants: Grants, grantType: string, parameters: Parameters): () => IssuedTokens {
  switch (grantType) {
    case 'authorization_code': {
      const code = required(parameters, 'code');
      const redirectUri = required(parameters, 'redirect_uri');
      const codeVerifier = required(parameters, 'code_verifier');
      const proof = { clientId: CLIENT_ID, redirectUri, codeVerifier };
      return () => grants.redeemCode(code, proof) ?? invalid('the authorization code');
    }
    case 'refresh_token': {
      const token = required(parameters, 'refresh_token');
      return () => grants.refresh(token, CLIENT_ID) ?? invalid('the token');
    }
    default:
      return invalid('the grant type');
  }
}

function invalid(what: string): never {
  throw oauthError(400, 'invalid_request', `Value passed for ${what} was invalid.`);
}

function tokenBody({ accessToken, refreshToken, expiresInSeconds, scopes }: IssuedTokens) {
  return {
    token_type: 'bearer',
    expires_in: expiresInSeconds,
    access_token: accessToken,
    scope: scopes.join(' '),
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
  };
}

/** The client is confidential: it has to show its secret by Basic authentication. */
function checkClient(request: IncomingMessage, parameters: Parameters): void {
  const [, basic = ''] = /^Basic (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString().split(':');
  const named = parameters.get('client_id') ?? CLIENT_ID;
  if (id !== CLIENT_ID || secret !== CLIENT_SECRET || named !== CLIENT_ID) {
    throw oauthError(401, 'unauthorized_client', 'Missing valid authorization header');
  }
}

function required(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (value) return value;
  throw oauthError(400, 'invalid_request', `Missing required parameter [${name}].`);
}

/** The body's text fields, whether it is a form or, as twitter-api-v2 sends it, JSON. */
async function readParameters(request: IncomingMessage): Promise<Parameters> {
  const body = await text(request);
  if (!request.headers['content-type']?.startsWith('application/json')) {
    return new Map(new URLSearchParams(body));
  }
  try {
    const fields = Object.entries(Object(JSON.parse(body)) as object);
    return new Map(
      fields.filter((field): field is [string, string] => typeof field[1] === 'string'),
    );
  } catch {
    throw oauthError(400, 'invalid_request', 'The body could not be read.');
  }
}
