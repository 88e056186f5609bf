import type { Query, QueryDocumentSnapshot } from 'firebase-admin/firestore';

const PAGE_SIZE = 300;

/**
 * A query's documents in pages, `limit` of them at most, each read once however the documents change on the
 * way; the fields of its order are among those selected. A page begins behind the last one's end, and so never wades through index entries
 * just deleted.
 */
export async function* pagesOf(
  query: Query,
  limit: number,
): AsyncGenerator<readonly QueryDocumentSnapshot[]> {
  let left = limit;
  let last: QueryDocumentSnapshot | undefined;
  while (left > 0) {
    const size = Math.min(PAGE_SIZE, left);
    const { docs } = await (last ? query.startAfter(last) : query).limit(size).get();
    if (docs.length > 0) yield docs;
    if (docs.length < size) return;
    left -= docs.length;
    last = docs.at(-1);
  }
}
