import type { StoredDocument } from '../model/document.js';
import type { FieldPath } from '../model/fieldPath.js';
import { collectionOf, isBelow, joinPath, lastSegment } from '../model/path.js';
import { compareStrings } from '../model/strings.js';
import type { FieldIndex } from './fieldIndex.js';
import { Indexes } from './indexes.js';

/** The collections that a query looks through (see Query). */
export interface CollectionScope {
  readonly parent: string;
  readonly collectionId?: string;
  readonly allDescendants: boolean;
}

/** Documents to read, as they are or were at one time. */
export interface Documents {
  get(path: string): StoredDocument | undefined;
  /** The documents of one collection, in no particular order. */
  collection(path: string): Iterable<StoredDocument>;
  /** The documents below a path ('' is the root), of every collection or of those with one id. */
  descendants(parent: string, collectionId?: string): Iterable<StoredDocument>;
  /** The index of a field over some collections, or undefined where it has none. */
  index(scope: CollectionScope, field: FieldPath): FieldIndex | undefined;
  /** The ids of the collections directly below a document or the root, in order. */
  collectionIds(parent: string): string[];
  /** The ids in a collection, in order, with those that exist only as a parent of something. */
  documentIds(collection: string): string[];
}

/** A smaller collection is looked through sooner than an index of it is made and kept. */
const WORTH_AN_INDEX = 64;

/** The documents of one database, in memory, by collection. */
export class DocumentStore implements Documents {
  private readonly collections = new Map<string, Map<string, StoredDocument>>();
  private readonly indexes = new Indexes();

  /** @param worthAnIndex how many documents a collection has that is not just looked through */
  constructor(private readonly worthAnIndex = WORTH_AN_INDEX) {}

  get(path: string): StoredDocument | undefined {
    return this.collections.get(collectionOf(path))?.get(path);
  }

  set(document: StoredDocument): void {
    const key = collectionOf(document.path);
    let collection = this.collections.get(key);
    if (collection === undefined) {
      collection = new Map();
      this.collections.set(key, collection);
    }
    this.indexes.update(collection.get(document.path), document);
    collection.set(document.path, document);
  }

  delete(path: string): void {
    const key = collectionOf(path);
    const collection = this.collections.get(key);
    if (collection === undefined) return;
    this.indexes.update(collection.get(path), undefined);
    collection.delete(path);
    if (collection.size > 0) return;
    this.collections.delete(key);
    this.indexes.drop(key);
  }

  collection(path: string): Iterable<StoredDocument> {
    return this.collections.get(path)?.values() ?? [];
  }

  *descendants(parent: string, collectionId?: string): Iterable<StoredDocument> {
    for (const [path, documents] of this.collections) {
      if (!isBelow(path, parent)) continue;
      if (collectionId !== undefined && lastSegment(path) !== collectionId) continue;
      yield* documents.values();
    }
  }

  index(scope: CollectionScope, field: FieldPath): FieldIndex | undefined {
    const { parent, collectionId, allDescendants } = scope;
    if (collectionId === undefined) return undefined;
    if (allDescendants) {
      return parent === ''
        ? this.indexes.get({ group: collectionId }, field, this.descendants('', collectionId))
        : undefined;
    }
    const path = joinPath(parent, collectionId);
    const documents = this.collections.get(path);
    return documents !== undefined && documents.size >= this.worthAnIndex
      ? this.indexes.get({ collection: path }, field, documents.values())
      : undefined;
  }

  collectionIds(parent: string): string[] {
    return this.childrenOf(parent);
  }

  documentIds(collection: string): string[] {
    return this.childrenOf(collection);
  }

  private childrenOf(parent: string): string[] {
    const prefix = parent === '' ? '' : `${parent}/`;
    const ids = new Set<string>();
    for (const document of this.collections.get(parent)?.values() ?? []) {
      ids.add(lastSegment(document.path));
    }
    for (const path of this.collections.keys()) {
      const child = path.startsWith(prefix) ? path.slice(prefix.length).split('/')[0] : undefined;
      if (child !== undefined && child !== '') ids.add(child);
    }
    return [...ids].sort(compareStrings);
  }

  /** Every document, in no particular order. */
  all(): Iterable<StoredDocument> {
    return this.descendants('');
  }

  clear(): void {
    this.collections.clear();
    this.indexes.clear();
  }
}
