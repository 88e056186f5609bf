import { paths, plans, uploadSchema } from '@quikthread/contract';
import type { Upload } from '@quikthread/contract';
import type { DocumentReference, Firestore, Transaction } from 'firebase-admin/firestore';
import { z } from 'zod';
import { readDocument } from '../../platform/documents.js';
import { takePlaces } from '../../platform/rateLimits.js';
import { nextAction } from './decide.js';
import type { NextAction } from './decide.js';

/** One generation of a user's object, and the upload that it is. */
export interface UploadedObject {
  readonly uploadId: string;
  readonly userId: string;
  readonly storagePath: string;
  readonly generation: string;
  readonly bytes: number;
}

/** What validation found; see `uploadSchema`. */
export type Findings = Pick<
  Upload,
  'status' | 'reason' | 'message' | 'container' | 'codec' | 'duration'
>;

const pending: Findings = {
  status: 'pending',
  reason: null,
  message: null,
  container: null,
  codec: null,
  duration: null,
};

function tooMany(retryAfterSeconds: number): Findings {
  const minutes = Math.ceil(retryAfterSeconds / 60);
  const message = `That was too many uploads: try again in ${minutes} minutes.`;
  return { ...pending, status: 'rejected', reason: 'too_many', message };
}

/**
 * Answers what to do about an object, and writes it as `pending` where it is new, or as rejected where
 * its user uploads too often. A newer generation takes the document over; for an older one there is
 * nothing to do.
 */
export async function claim(db: Firestore, object: UploadedObject, now: Date): Promise<NextAction> {
  return db.runTransaction(async (transaction) => {
    const ref = uploadRef(db, object);
    const known = await read(transaction, ref);
    const action = nextAction(known, object.generation);
    if (action === 'validate' && known?.generation !== object.generation) {
      const { userId, storagePath, generation, bytes } = object;
      const tooSoon = await takePlaces(transaction, db, userId, ['uploads'], now);
      const findings = tooSoon ? tooMany(tooSoon.retryAfterSeconds) : pending;
      const upload: Upload = { userId, storagePath, generation, bytes, ...findings };
      transaction.set(ref, { ...upload, createdAt: now, updatedAt: now });
      if (tooSoon) return 'delete';
    }
    return action;
  });
}

/** Writes what was found, unless the upload is settled or another object's by now. */
export async function settle(
  db: Firestore,
  object: UploadedObject,
  findings: Findings,
  now: Date,
): Promise<void> {
  await db.runTransaction(async (transaction) => {
    const ref = uploadRef(db, object);
    if (!(await isPending(transaction, ref, object))) return;
    transaction.update(ref, { ...findings, updatedAt: now });
  });
}

/** Removes the document of an object that is gone, unless it is settled or another object's by now. */
export async function forget(db: Firestore, object: UploadedObject): Promise<void> {
  await db.runTransaction(async (transaction) => {
    const ref = uploadRef(db, object);
    if (await isPending(transaction, ref, object)) transaction.delete(ref);
  });
}

const ownerSchema = z.object({ maxDuration: z.number().positive() });

/** The longest recording that the user may upload, in seconds; the free plan's before `initUser`. */
export async function maxDurationOf(db: Firestore, userId: string): Promise<number> {
  const owner = readDocument(await db.doc(paths.user(userId)).get(), ownerSchema);
  return (owner ?? plans.free).maxDuration;
}

function uploadRef(db: Firestore, object: UploadedObject): DocumentReference {
  return db.doc(paths.upload(object.uploadId));
}

async function read(transaction: Transaction, ref: DocumentReference): Promise<Upload | null> {
  return readDocument(await transaction.get(ref), uploadSchema);
}

async function isPending(
  transaction: Transaction,
  ref: DocumentReference,
  { generation }: UploadedObject,
): Promise<boolean> {
  const known = await read(transaction, ref);
  return known?.status === 'pending' && known.generation === generation;
}
