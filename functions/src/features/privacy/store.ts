import { FieldValue } from 'firebase-admin/firestore';
import type { DocumentReference, DocumentSnapshot, Firestore } from 'firebase-admin/firestore';
import { z } from 'zod';
import { deletionPath } from '../../platform/deletions.js';
import { readDocument, timestampSchema } from '../../platform/documents.js';

/**
 * The stages of a deletion, in order: jobs under way are cancelled, what the user has at other services ends,
 * documents and files are erased, the account is deleted, and, once no token of its is good any more, what was
 * written in the meantime is erased too.
 */
export const stageSchema = z.enum(['jobs', 'services', 'data', 'account', 'remainder']);
export type Stage = z.infer<typeof stageSchema>;

/** `deletions/{userId}`: from the request to the end; then it is gone as well. */
const deletionSchema = z.object({
  userId: z.string(),
  requestedAt: timestampSchema,
  stage: stageSchema,
  /** Jobs that were under way: a process that works on one may write a file once more. */
  jobIds: z.array(z.string()),
  /** The services that have ended, by name. */
  ended: z.array(z.string()),
  /** How often each of the others was tried in vain. */
  tries: z.record(z.string(), z.int().nonnegative()),
  /** From when on no token of the account is good; null before the account is gone. */
  tokensEndAt: timestampSchema.nullable(),
});
export type Deletion = z.infer<typeof deletionSchema>;

export function deletionRef(db: Firestore, userId: string): DocumentReference {
  return db.doc(deletionPath(userId));
}

/** Null where none is under way. */
export function readDeletion(snapshot: DocumentSnapshot): Deletion | null {
  return readDocument(snapshot, deletionSchema);
}

export function newDeletion(userId: string, now: Date): Deletion {
  return {
    userId,
    requestedAt: now,
    stage: 'jobs',
    jobIds: [],
    ended: [],
    tries: {},
    tokensEndAt: null,
  };
}

export async function enterStage(db: Firestore, userId: string, stage: Stage): Promise<void> {
  await deletionRef(db, userId).update({ stage });
}

/** Keeps that there is no account any more. */
export async function noteAccountGone(
  db: Firestore,
  userId: string,
  tokensEndAt: Date,
): Promise<void> {
  await deletionRef(db, userId).update({ tokensEndAt });
}

/** Keeps which jobs were under way. */
export async function noteJobs(
  db: Firestore,
  userId: string,
  jobIds: readonly string[],
): Promise<void> {
  if (jobIds.length === 0) return;
  await deletionRef(db, userId).update({ jobIds: FieldValue.arrayUnion(...jobIds) });
}

/** Keeps that a service has ended, or counts a try in vain. */
export async function noteService(
  db: Firestore,
  userId: string,
  name: string,
  hasEnded: boolean,
): Promise<void> {
  const fields = hasEnded
    ? { ended: FieldValue.arrayUnion(name) }
    : { [`tries.${name}`]: FieldValue.increment(1) };
  await deletionRef(db, userId).update(fields);
}
