import { createHash, randomBytes } from 'node:crypto';

/** A secret that leaves the backend once, and the document id that it is found by. */
export interface OneTimeSecret {
  readonly secret: string;
  readonly id: string;
}

/** 32 bytes in base64url. */
export const SECRET_FORMAT = /^[A-Za-z0-9_-]{43}$/;

/** 32 random bytes. */
export function newSecret(): OneTimeSecret {
  const secret = randomBytes(32).toString('base64url');
  return { secret, id: idOfSecret(secret) };
}

/** Its SHA-256: whoever reads the documents' ids cannot use them. */
export function idOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
