import { createHash, randomBytes } from 'node:crypto';

/** A new random id of 20 characters that is a valid document id. */
export function randomId(): string {
  return randomBytes(15).toString('base64url');
}

/** The same id for the same parts, and practically never for others: 27 characters, 160 bits. */
export function deterministicId(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest();
  return hash.subarray(0, 20).toString('base64url');
}
