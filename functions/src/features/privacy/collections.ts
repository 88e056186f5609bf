import { FieldPath } from 'firebase-admin/firestore';
import type { DocumentSnapshot, Firestore } from 'firebase-admin/firestore';

/** What an export has of a collection's documents. */
export interface Exported {
  /** Its name in the archive, without the extension. */
  readonly file: string;
  /** The fields that the user gets; what is not named stays here. */
  readonly fields: 'all' | readonly string[];
  /** The collections below each document that go with it. */
  readonly below: readonly string[];
}

/** A collection at the root of the database that has documents of users. */
export interface UserCollection {
  readonly name: string;
  /** The fields, any of which holds the user's id, or `id` where the documents' own ids are the users'. */
  readonly owner: readonly string[] | 'id';
  /** Null where there is nothing in it for the user: secrets, and what only the operators may read. */
  readonly exported: Exported | null;
  /** The folder in Storage that belongs to a document, with its slash. */
  readonly folder?: (id: string) => string;
}

const byUserId = ['userId'] as const;

/**
 * Every collection that has documents of users: the one list that exports and deletions go by. A collection
 * that is missing here outlives its users. `deletions` is not one of them: it ends with the deletion itself.
 */
export const userCollections: readonly UserCollection[] = [
  { name: 'users', owner: 'id', exported: whole('profile') },
  { name: 'uploads', owner: byUserId, exported: whole('uploads') },
  {
    name: 'jobs',
    owner: byUserId,
    exported: whole('jobs', ['artifacts']),
    folder: folderOfJob,
  },
  { name: 'posts', owner: byUserId, exported: whole('posts', ['snapshots']) },
  { name: 'analytics-cache', owner: 'id', exported: whole('analytics') },
  { name: 'billing', owner: 'id', exported: whole('billing') },
  {
    name: 'x-tokens',
    owner: 'id',
    exported: {
      file: 'x-account',
      fields: ['identity', 'status', 'connectedAt', 'updatedAt'],
      below: [],
    },
  },
  { name: 'x-oauth-states', owner: byUserId, exported: null },
  { name: 'x-connections', owner: byUserId, exported: null },
  { name: 'x-limits', owner: 'id', exported: whole('x-limits') },
  { name: 'rate-limits', owner: 'id', exported: whole('rate-limits') },
  { name: 'event-logs', owner: ['data.userId'], exported: whole('events') },
  { name: 'error-logs', owner: ['context.userId'], exported: null },
  // What Polar told, of which `billing` has what counts.
  { name: 'webhook-logs', owner: ['userId', 'event.customer.externalId'], exported: null },
  { name: 'billing-pending', owner: ['externalId'], exported: null },
];

function whole(file: string, below: readonly string[] = []): Exported {
  return { file, fields: 'all', below };
}

/** Where a job's kept results are in Storage. */
export function folderOfJob(jobId: string): string {
  return `jobs/${jobId}/`;
}

/** The user's own folder in Storage: uploads, fetched recordings, exports. */
export const userFolder = (userId: string): string => `users/${userId}/`;

const PAGE_SIZE = 50;

/**
 * The user's documents in a collection, a page at a time, each page read when the one before was dealt with; one
 * that two fields find comes twice, if it is still there.
 * Where the documents' ids are the users', the user's is given even if it does not exist: there may be
 * documents below it all the same.
 */
export async function* pagesOf(
  db: Firestore,
  { name, owner }: UserCollection,
  userId: string,
): AsyncGenerator<readonly DocumentSnapshot[]> {
  const collection = db.collection(name);
  if (owner === 'id') {
    yield [await collection.doc(userId).get()];
    return;
  }
  for (const field of owner) {
    const query = collection
      .where(field, '==', userId)
      .orderBy(FieldPath.documentId())
      .limit(PAGE_SIZE);
    let { docs } = await query.get();
    while (docs.length > 0) {
      yield docs;
      ({ docs } = await query.startAfter(docs.at(-1)).get());
    }
  }
}
