import type { RulesValue } from '../../rules/api.js';
import type { Author } from '../model/author.js';

/** Who makes a request. */
export interface Caller {
  /** Past the rules: a server with the token `owner`. */
  readonly isAdmin: boolean;
  /** `request.auth` of the rules: null for an anonymous request. */
  readonly auth: RulesValue;
  /** Who is told to have made what the caller commits. */
  readonly author: Author;
  /** The client's connection, by its address and port. */
  readonly connection: string;
  /** Whether the client has given the request up, or its connection is gone. */
  isGone(): boolean;
}

type Identity = Pick<Caller, 'isAdmin' | 'auth' | 'author'>;

const ADMIN: Identity = { isAdmin: true, auth: { type: 'null' }, author: { kind: 'admin' } };
const ANONYMOUS: Identity = {
  isAdmin: false,
  auth: { type: 'null' },
  author: { kind: 'anonymous' },
};

/**
 * Reads an `Authorization` header: `Bearer owner` is the administrator, another bearer is a JWT that
 * is read but not verified, and what cannot be read is anonymous.
 */
export function identify(authorization: string | undefined): Identity {
  const token = /^Bearer (.+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) return ANONYMOUS;
  if (token === 'owner') return ADMIN;
  const claims = readClaims(token);
  const userId = claims?.['user_id'] ?? claims?.['sub'];
  if (claims === undefined || typeof userId !== 'string') return ANONYMOUS;
  const auth: RulesValue = {
    type: 'map',
    fields: new Map<string, RulesValue>([
      ['uid', { type: 'string', value: userId }],
      ['token', jsonToRules(claims)],
    ]),
  };
  return { isAdmin: false, auth, author: { kind: 'user', userId } };
}

function readClaims(token: string): Record<string, unknown> | undefined {
  const payload = token.split('.')[1] ?? '';
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims)
      ? { ...claims }
      : undefined;
  } catch {
    return undefined;
  }
}

function jsonToRules(json: unknown): RulesValue {
  if (typeof json === 'boolean') return { type: 'bool', value: json };
  if (typeof json === 'string') return { type: 'string', value: json };
  if (typeof json === 'number') {
    return Number.isSafeInteger(json)
      ? { type: 'int', value: BigInt(json) }
      : { type: 'float', value: json };
  }
  if (Array.isArray(json)) return { type: 'list', items: json.map(jsonToRules) };
  if (typeof json === 'object' && json !== null) {
    const fields = Object.entries(json).map(([key, value]) => [key, jsonToRules(value)] as const);
    return { type: 'map', fields: new Map(fields) };
  }
  return { type: 'null' };
}
