import type { StoredDocument } from '../model/document.js';
import type { FieldPath } from '../model/fieldPath.js';
import { formatFieldPath } from '../model/fieldPath.js';
import { collectionOf, lastSegment } from '../model/path.js';
import type { FieldIndex, IndexKind } from './fieldIndex.js';
import { indexField } from './fieldIndex.js';

/** What an index is over: one collection by its path, all those of one id, or (`{}`) every one. */
export interface IndexScope {
  readonly collection?: string;
  readonly group?: string;
}

/**
 * The indexes of single fields. Each is built when a query first asks for it, which reads the
 * collection once, and from then on kept with every write.
 */
export class Indexes {
  private readonly scopes = new Map<string, Map<string, FieldIndex>>();

  /** The index of a field; `documents` are those of the scope, read where it must be built. */
  get(
    scope: IndexScope,
    field: FieldPath,
    kind: IndexKind,
    documents: Iterable<StoredDocument>,
  ): FieldIndex {
    const key = keyOf(scope);
    const indexes = this.scopes.get(key) ?? new Map<string, FieldIndex>();
    this.scopes.set(key, indexes);
    const name = `${kind} ${formatFieldPath(field)}`;
    const index = indexes.get(name) ?? indexField(field, kind, documents);
    indexes.set(name, index);
    return index;
  }

  /** Puts one state of a document in the place of another. */
  update(before: StoredDocument | undefined, after: StoredDocument | undefined): void {
    const path = after?.path ?? before?.path;
    if (path === undefined || this.scopes.size === 0) return;
    const collection = collectionOf(path);
    for (const scope of [{ collection }, { group: lastSegment(collection) }, {}]) {
      for (const index of this.scopes.get(keyOf(scope))?.values() ?? []) {
        if (before !== undefined) index.delete(before);
        if (after !== undefined) index.add(after);
      }
    }
  }

  /** Forgets the indexes of a collection that is empty now. */
  drop(collection: string): void {
    this.scopes.delete(keyOf({ collection }));
  }

  clear(): void {
    this.scopes.clear();
  }
}

/** No collection's path has a slash at its start, so that the kinds do not meet. */
function keyOf({ collection, group }: IndexScope): string {
  return collection ?? `/${group ?? ''}`;
}
