import type { DocumentReference, DocumentSnapshot, Firestore } from 'firebase-admin/firestore';
import { pagesOf, userCollections, userFolder } from './collections.js';
import type { UserCollection } from './collections.js';
import type { Bucket } from './dependencies.js';

/** What was erased. */
export interface Erased {
  readonly documents: number;
}

/** How many documents a batch deletes. */
const BATCH_SIZE = 200;

/**
 * Erases every document and file of a user. What lies below a document, and its files, go before the document
 * itself, which is how they are found: cut short anywhere, the next call finds the rest.
 */
export async function eraseData(db: Firestore, bucket: Bucket, userId: string): Promise<Erased> {
  let documents = 0;
  for (const collection of userCollections) {
    for await (const page of pagesOf(db, collection, userId)) {
      documents += await erasePage(db, bucket, collection, page);
    }
  }
  await eraseFolder(bucket, userFolder(userId));
  return { documents };
}

/** Erases what the folder, given with its slash, has at the moment. */
export async function eraseFolder(bucket: Bucket, prefix: string): Promise<void> {
  await bucket.deleteFiles({ prefix });
}

async function erasePage(
  db: Firestore,
  bucket: Bucket,
  { folder }: UserCollection,
  page: readonly DocumentSnapshot[],
): Promise<number> {
  let count = 0;
  for (const { id, ref } of page) {
    if (folder) await eraseFolder(bucket, folder(id));
    count += await eraseBelow(db, ref);
  }
  const existing = page.filter(({ exists }) => exists);
  await eraseAll(
    db,
    existing.map(({ ref }) => ref),
  );
  return count + existing.length;
}

/** One level: nothing of ours lies deeper. */
async function eraseBelow(db: Firestore, parent: DocumentReference): Promise<number> {
  let count = 0;
  for (const collection of await parent.listCollections()) {
    for (;;) {
      const { docs } = await collection.limit(BATCH_SIZE).select().get();
      await eraseAll(
        db,
        docs.map(({ ref }) => ref),
      );
      count += docs.length;
      if (docs.length < BATCH_SIZE) break;
    }
  }
  return count;
}

async function eraseAll(db: Firestore, refs: readonly DocumentReference[]): Promise<void> {
  if (refs.length === 0) return;
  const batch = db.batch();
  for (const ref of refs) batch.delete(ref);
  await batch.commit();
}
