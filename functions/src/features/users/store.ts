import { paths, profileSchema, settingsSchema } from '@quikthread/contract';
import type { Profile } from '@quikthread/contract';
import type { DocumentReference, DocumentSnapshot, Firestore } from 'firebase-admin/firestore';
import type { z } from 'zod';
import { timestampSchema, readDocument } from '../../platform/documents.js';

/**
 * `users/{uid}` as it is stored: the profile, with Firestore timestamps. Settings are also written
 * by clients, under rules that cannot check all that the contract does: what is off counts as unset.
 */
const userSchema = profileSchema.extend({
  settings: settingsSchema.catch({}),
  resetDate: timestampSchema,
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
});
export type User = z.output<typeof userSchema>;

export function userRef(db: Firestore, userId: string): DocumentReference {
  return db.doc(paths.user(userId));
}

/** Null before `initUser`. */
export function readUser(snapshot: DocumentSnapshot): User | null {
  return readDocument(snapshot, userSchema);
}

export function toProfile(user: User): Profile {
  return {
    ...user,
    resetDate: user.resetDate.toISOString(),
    createdAt: user.createdAt.toISOString(),
    updatedAt: user.updatedAt.toISOString(),
  };
}
