import type { Firestore, Query } from 'firebase-admin/firestore';
import { z } from 'zod';
import type { Run } from './documents.js';

/** Where a job keeps a recording that it has fetched itself. */
export const fetchedPath = (userId: string, jobId: string): string =>
  `users/${userId}/fetched/${jobId}`;

/** The owner and the job in such a path; null where it is none. */
export function parseFetchedPath(path: string): { userId: string; jobId: string } | null {
  const match = /^users\/([^/]+)\/fetched\/([^/]+)$/.exec(path);
  return match?.[1] && match[2] ? { userId: match[1], jobId: match[2] } : null;
}

const objectSchema = z.object({ storagePath: z.string(), generation: z.string() });

/**
 * The Storage object that a run was given to work on; null where there is none. Every kind of job whose
 * input names one calls it `storagePath` and `generation`, so that what cleans up knows what is in use.
 */
export function givenObject({ input }: Pick<Run, 'input'>): z.infer<typeof objectSchema> | null {
  return objectSchema.safeParse(input).data ?? null;
}

/** The runs, ended ones too, that were given an object at this path. */
export function runsGiven(db: Firestore, storagePath: string): Query {
  return db.collectionGroup('private').where('input.storagePath', '==', storagePath);
}
