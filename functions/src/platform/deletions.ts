import type { Firestore, Transaction } from 'firebase-admin/firestore';
import { CallError } from './errors.js';

/** There while the user's account is being deleted: nothing of theirs may come into being. */
export const deletionPath = (userId: string): string => `deletions/${userId}`;

/** Refuses to create what a deletion would miss. Reads in the caller's transaction, before its writes. @throws CallError `deletion_under_way` */
export async function refuseWhileDeleting(
  transaction: Transaction,
  db: Firestore,
  userId: string,
): Promise<void> {
  const deletion = await transaction.get(db.doc(deletionPath(userId)));
  if (!deletion.exists) return;
  throw new CallError({ code: 'deletion_under_way' }, 'This account is being deleted.');
}
