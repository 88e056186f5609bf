import type { StoredDocument } from '../model/document.js';
import type { DatabaseId } from '../model/path.js';
import { formatName } from '../model/path.js';

/** Firestore's parts of a collection group hold at least about as many documents. */
const MIN_PARTITION_DOCUMENTS = 128;

/**
 * The names of the documents at which a query's result, in order of names, is cut in parts of about
 * the same size: at most `count` cuts, fewer where the parts would be small.
 */
export function partitionPoints(
  database: DatabaseId,
  documents: readonly StoredDocument[],
  count: number,
): string[] {
  const most = Math.floor(documents.length / MIN_PARTITION_DOCUMENTS) - 1;
  const cuts = Math.max(0, Math.min(count, most));
  const names: string[] = [];
  for (let cut = 1; cut <= cuts; cut += 1) {
    const document = documents[Math.floor((cut * documents.length) / (cuts + 1))];
    if (document !== undefined) names.push(formatName(database, document.path));
  }
  return names;
}
