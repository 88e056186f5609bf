import type { StoredDocument } from '../model/document.js';
import type { FieldPath } from '../model/fieldPath.js';
import { formatFieldPath } from '../model/fieldPath.js';
import { collectionOf, lastSegment } from '../model/path.js';
import type { FieldIndex } from './fieldIndex.js';
import { hasField, indexField } from './fieldIndex.js';

/** What an index is over: one collection by its path, or all those of one id. */
export interface IndexScope {
  readonly collection?: string;
  readonly group?: string;
}

interface Kept {
  readonly field: FieldPath;
  readonly index: FieldIndex;
}

/**
 * The indexes of single fields. Each is built when a query first asks for it, which reads the
 * collection once, and from then on kept with every write.
 */
export class Indexes {
  private readonly scopes = new Map<string, Map<string, Kept>>();

  /** The index of a field; `documents` are those of the scope, read where it must be built. */
  get(scope: IndexScope, field: FieldPath, documents: Iterable<StoredDocument>): FieldIndex {
    const key = keyOf(scope);
    const fields = this.scopes.get(key) ?? new Map<string, Kept>();
    this.scopes.set(key, fields);
    const name = formatFieldPath(field);
    const kept = fields.get(name) ?? { field, index: indexField(field, documents) };
    fields.set(name, kept);
    return kept.index;
  }

  /** Puts one state of a document in the place of another. */
  update(before: StoredDocument | undefined, after: StoredDocument | undefined): void {
    const path = after?.path ?? before?.path;
    if (path === undefined || this.scopes.size === 0) return;
    const collection = collectionOf(path);
    for (const scope of [{ collection }, { group: lastSegment(collection) }]) {
      for (const { field, index } of this.scopes.get(keyOf(scope))?.values() ?? []) {
        if (before !== undefined && hasField(field, before)) index.delete(before);
        if (after !== undefined && hasField(field, after)) index.add(after);
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

/** An id of a collection has no slash at its start, so that the two kinds do not meet. */
function keyOf({ collection, group }: IndexScope): string {
  return collection ?? `/${group ?? ''}`;
}
