import { describeError } from './errors.js';
import { firestore } from './firebase.js';
import { correlationId, log } from './log.js';

/** How long error logs are kept; Firestore's TTL policy on `expiresAt` deletes them. */
const KEEP_DAYS = 30;

/** Something that went wrong, for the operators. Context holds ids only. */
export interface ErrorRecord {
  readonly errorId: string;
  readonly error: unknown;
  readonly context: Readonly<Record<string, string | number | null>>;
}

/** The document of `error-logs/{errorId}`. */
export function errorDocument(record: ErrorRecord, now: Date): Record<string, unknown> {
  return {
    ...describeError(record.error),
    context: { ...record.context, correlationId: correlationId() ?? null },
    timestamp: now,
    expiresAt: new Date(now.getTime() + KEEP_DAYS * 24 * 3600 * 1000),
  };
}

/** Writes `error-logs/{errorId}`. A failure to do so is logged and not thrown: the first error counts. */
export async function recordError(record: ErrorRecord): Promise<void> {
  try {
    const db = await firestore();
    await db.doc(`error-logs/${record.errorId}`).set(errorDocument(record, new Date()));
  } catch (error) {
    log('ERROR', 'error log not written', {
      errorId: record.errorId,
      cause: describeError(error).message,
    });
  }
}
