import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';

/** NIST SP 800-38D, 8.2.2: random IVs of 96 bits are good for 2^32 messages a key. */
const IV_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** A text that only the backend can read, as Firestore keeps it. */
export const sealedSchema = z.object({
  /** Which of the deployment's keys opens it. */
  keyId: z.string(),
  /** IV, ciphertext and authentication tag, one behind the other, in base64. */
  ciphertext: z.base64(),
});
export type Sealed = z.infer<typeof sealedSchema>;

/** What a sealed text is bound to: it opens for the same user and purpose only. */
export interface SealContext {
  readonly userId: string;
  readonly purpose: 'verifier' | 'connection' | 'token';
}

/** Encrypts with the first of the deployment's keys and decrypts with any. */
export interface Vault {
  seal(text: string, context: SealContext): Sealed;
  /** @throws Error where the key is not listed, or the text was changed or sealed for something else */
  open(sealed: Sealed, context: SealContext): string;
}

/**
 * A vault (AES-256-GCM) over the keys of `X_TOKEN_KEYS`: `keyId:base64` pairs of 32 bytes each, separated by
 * commas. To rotate, put a new key first and keep the old one until nothing is sealed with it any more.
 * The list is read on first use, since a deployment where nobody connects an account needs none: an error
 * then says which entry is off and how, without quoting it.
 */
export function createVault(keyList: string): Vault {
  let parsed: Keys | undefined;
  const keys = () => (parsed ??= parseKeys(keyList));
  return {
    seal(text, context) {
      const { keyId, key } = keys()[0];
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
      cipher.setAAD(associatedData(context));
      const encrypted = [cipher.update(text, 'utf8'), cipher.final()];
      const bytes = Buffer.concat([iv, ...encrypted, cipher.getAuthTag()]);
      return { keyId, ciphertext: bytes.toString('base64') };
    },
    open(sealed, context) {
      const found = keys().find(({ keyId }) => keyId === sealed.keyId);
      if (!found) throw new Error(`X_TOKEN_KEYS lists no key named ${sealed.keyId}.`);
      return decrypt(found.key, Buffer.from(sealed.ciphertext, 'base64'), context);
    },
  };
}

function decrypt(key: Buffer, bytes: Buffer, context: SealContext): string {
  if (bytes.length < IV_BYTES + TAG_BYTES) throw new Error('A sealed text is too short.');
  const iv = bytes.subarray(0, IV_BYTES);
  const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData(context));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const encrypted = bytes.subarray(IV_BYTES, -TAG_BYTES);
  return Buffer.concat([decipher.update(encrypted), decipher.final()]).toString('utf8');
}

function associatedData({ userId, purpose }: SealContext): Buffer {
  return Buffer.from(JSON.stringify([purpose, userId]));
}

interface NamedKey {
  readonly keyId: string;
  readonly key: Buffer;
}

type Keys = readonly [NamedKey, ...NamedKey[]];

function parseKeys(keyList: string): Keys {
  const keys = keyList.split(',').map((entry, index) => parseKey(entry.trim(), index + 1));
  const ids = new Set(keys.map(({ keyId }) => keyId));
  if (ids.size < keys.length) throw new Error('X_TOKEN_KEYS names two keys the same.');
  const [first, ...others] = keys;
  if (!first) throw new Error('X_TOKEN_KEYS is empty.');
  return [first, ...others];
}

/** 32 bytes in base64 are 43 characters and a "=". A base64url key is refused: it would decode to another. */
function parseKey(entry: string, position: number): NamedKey {
  const [keyId = '', base64 = '', ...rest] = entry.split(':');
  if (!/^[A-Za-z0-9_-]{1,32}$/.test(keyId) || base64 === '' || rest.length > 0) {
    throw new Error(
      `X_TOKEN_KEYS, entry ${position}: must be "keyId:base64", the id 1 to 32 letters, digits, "-" or "_".`,
    );
  }
  if (!/^[A-Za-z0-9+/]{43}=$/.test(base64)) {
    throw new Error(
      `X_TOKEN_KEYS, entry ${position}: the key must be 32 bytes in base64 (openssl rand -base64 32).`,
    );
  }
  return { keyId, key: Buffer.from(base64, 'base64') };
}
