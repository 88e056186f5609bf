import { paths, profileSchema } from '@quikthread/contract';
import type { Profile } from '@quikthread/contract';
import type { DocumentReference, DocumentSnapshot, Firestore } from 'firebase-admin/firestore';
import type { z } from 'zod';
import { timestampSchema, readDocument } from '../../platform/documents.js';

/** `users/{uid}` as it is stored: the profile, with Firestore timestamps. */
const userSchema = profileSchema.extend({
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
