import type { Database } from '../database.js';
import { parseParent } from '../model/path.js';
import type { FirestoreService } from '../service.js';

/** What a request asks of a list: how many items, and after which. */
export interface PageRequest {
  readonly pageSize?: number | null;
  readonly pageToken?: string | null;
}

/** One page of ids; the token is the last id of the page before. */
export function page(
  ids: readonly string[],
  request: PageRequest,
): { items: string[]; nextPageToken: string } {
  const token = request.pageToken ?? '';
  const start = token === '' ? 0 : ids.indexOf(token) + 1;
  const size = request.pageSize ?? 0;
  const items = ids.slice(start, size > 0 ? start + size : undefined);
  const hasMore = start + items.length < ids.length;
  return { items, nextPageToken: hasMore ? (items.at(-1) ?? '') : '' };
}

/** The database of a parent's name, and the parent's path in it ('' is the root). */
export function parentOf(
  service: FirestoreService,
  name: string | null | undefined,
): { database: Database; path: string } {
  const parsed = parseParent(name ?? '');
  return { database: service.database(parsed), path: parsed.path };
}
