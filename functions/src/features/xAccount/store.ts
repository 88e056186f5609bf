import { paths, xAccountSchema, xAccountStatusSchema } from '@quikthread/contract';
import type { XAccount } from '@quikthread/contract';
import type {
  DocumentReference,
  DocumentSnapshot,
  Firestore,
  Query,
} from 'firebase-admin/firestore';
import { z } from 'zod';
import { readDocument, timestampSchema } from '../../platform/documents.js';
import type { XGrant, XIdentity } from '../../providers/x/types.js';
import { sealedSchema } from './vault.js';
import type { SealContext, Sealed, Vault } from './vault.js';

/** How long a user may take at X, and again until `confirmX`. */
export const PENDING_MINUTES = 10;

const identitySchema = z.object({
  xUserId: z.string(),
  username: z.string(),
  name: z.string(),
}) satisfies z.ZodType<XIdentity>;

/** `x-oauth-states/{SHA-256 of the state}`: a user on the way to X. */
const stateSchema = z.object({
  userId: z.string(),
  verifier: sealedSchema,
  returnUrl: z.string(),
  createdAt: timestampSchema,
  expiresAt: timestampSchema,
});
export type OAuthState = z.infer<typeof stateSchema>;

/** `x-connections/{SHA-256 of the one-time secret}`: a grant that its user has not confirmed yet. */
const pendingSchema = z.object({
  userId: z.string(),
  identity: identitySchema,
  grant: sealedSchema,
  accessExpiresAt: timestampSchema,
  createdAt: timestampSchema,
  expiresAt: timestampSchema,
});
export type PendingConnection = z.infer<typeof pendingSchema>;

/** `x-tokens/{userId}`: the grant that a user is connected by. */
const tokensSchema = z.object({
  userId: z.string(),
  identity: identitySchema,
  /** Another with every grant: tells whether this one has been replaced. */
  grantId: z.string(),
  grant: sealedSchema,
  accessExpiresAt: timestampSchema,
  status: xAccountStatusSchema,
  /** Who refreshes the grant at the moment. */
  lease: z.object({ owner: z.string(), expiresAt: timestampSchema }).nullable(),
  connectedAt: timestampSchema,
  updatedAt: timestampSchema,
});
export type Tokens = z.infer<typeof tokensSchema>;

export const stateRef = (db: Firestore, id: string): DocumentReference =>
  db.doc(`x-oauth-states/${id}`);
export const pendingRef = (db: Firestore, id: string): DocumentReference =>
  db.doc(`x-connections/${id}`);
/** The grants that a user has not confirmed yet. */
export const ownPending = (db: Firestore, userId: string): Query =>
  db.collection('x-connections').where('userId', '==', userId);
export const tokensRef = (db: Firestore, userId: string): DocumentReference =>
  db.doc(`x-tokens/${userId}`);
export const userRef = (db: Firestore, userId: string): DocumentReference =>
  db.doc(paths.user(userId));

export function readState(snapshot: DocumentSnapshot): OAuthState | null {
  return readDocument(snapshot, stateSchema);
}
export function readPending(snapshot: DocumentSnapshot): PendingConnection | null {
  return readDocument(snapshot, pendingSchema);
}
export function readTokens(snapshot: DocumentSnapshot): Tokens | null {
  return readDocument(snapshot, tokensSchema);
}

const userSchema = z.object({ xAccount: xAccountSchema.nullable().default(null) });

/** What the user's profile shows of their X account; null without a profile or an account. */
export function readXAccount(snapshot: DocumentSnapshot): XAccount | null {
  return readDocument(snapshot, userSchema)?.xAccount ?? null;
}

/** A grant as a document holds it. */
export interface StoredGrant {
  readonly grant: Sealed;
  readonly accessExpiresAt: Date;
}

const secretsSchema = z.object({ accessToken: z.string(), refreshToken: z.string() });

/** Puts a grant's tokens away for one user and purpose. */
export function storeGrant(vault: Vault, grant: XGrant, context: SealContext): StoredGrant {
  const { accessToken, refreshToken, expiresAt } = grant;
  const sealed = vault.seal(JSON.stringify({ accessToken, refreshToken }), context);
  return { grant: sealed, accessExpiresAt: expiresAt };
}

/** @throws Error where the vault does not open it */
export function loadGrant(vault: Vault, stored: StoredGrant, context: SealContext): XGrant {
  const secrets = secretsSchema.parse(JSON.parse(vault.open(stored.grant, context)));
  return { ...secrets, expiresAt: stored.accessExpiresAt };
}
