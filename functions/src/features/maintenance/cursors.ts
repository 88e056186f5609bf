import { Timestamp } from 'firebase-admin/firestore';
import type { DocumentReference, Firestore } from 'firebase-admin/firestore';
import { z } from 'zod';
import { readDocument } from '../../platform/documents.js';

/**
 * `maintenance/cleanupMedia`: how far each part of the clean-up has come. Times and not ids, so that nothing of
 * a user stays here: `filesAfter`, which has one in it, is there only while a listing is unfinished.
 */
const cursorsSchema = z.object({
  /** Jobs that ended before are done. */
  jobsFrom: z.instanceof(Timestamp).nullable().default(null),
  /** Uploads from before are done. */
  uploadsFrom: z.instanceof(Timestamp).nullable().default(null),
  /** The last path that was looked at. */
  filesAfter: z.string().nullable().default(null),
});
export type Cursors = z.output<typeof cursorsSchema>;

/** Keeps how far it is; what is not named stays. */
export type KeepCursors = (change: Partial<Cursors>) => Promise<void>;

function cursorsRef(db: Firestore): DocumentReference {
  return db.doc('maintenance/cleanupMedia');
}

export async function readCursors(db: Firestore): Promise<Cursors> {
  return readDocument(await cursorsRef(db).get(), cursorsSchema) ?? cursorsSchema.parse({});
}

/** As {@link KeepCursors}. */
export async function moveCursors(
  db: Firestore,
  change: Partial<Cursors>,
  now: Date,
): Promise<void> {
  await cursorsRef(db).set({ ...change, updatedAt: now }, { merge: true });
}
