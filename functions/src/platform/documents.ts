import { Timestamp } from 'firebase-admin/firestore';
import type { DocumentSnapshot } from 'firebase-admin/firestore';
import { z } from 'zod';

/** A Firestore timestamp, read as a Date. */
export const timestampSchema = z.instanceof(Timestamp).transform((timestamp) => timestamp.toDate());

/** A Firestore timestamp, read as ISO 8601 in UTC: how the contract writes times. */
export const isoTimestampSchema = timestampSchema.transform((date) => date.toISOString());

/**
 * Reads a document by its schema; null where it does not exist.
 * @throws Error naming the document and the fields that are off, without their values.
 */
export function readDocument<T>(snapshot: DocumentSnapshot, schema: z.ZodType<T>): T | null {
  if (!snapshot.exists) return null;
  const result = schema.safeParse(snapshot.data());
  if (result.success) return result.data;
  const problems = result.error.issues.map((i) => `${i.path.join('.')}: ${i.message}`);
  throw new Error(`${snapshot.ref.path} is not as it should be: ${problems.join('; ')}`);
}

/** Whether Firestore takes it for a document's id (firebase.google.com/docs/firestore/quotas). */
export function isDocumentId(id: string): boolean {
  return !/^(\.\.?|__.*__)?$|\//s.test(id) && Buffer.byteLength(id) <= 1500;
}

/** gRPC status codes, which Firestore's errors carry. */
const NOT_FOUND = 5;
const FAILED_PRECONDITION = 9;

/** Whether a write failed because its document is not, or no longer, as its precondition wants it. */
export function isChangedMeanwhile(error: unknown): boolean {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null;
  return code === FAILED_PRECONDITION || code === NOT_FOUND;
}
