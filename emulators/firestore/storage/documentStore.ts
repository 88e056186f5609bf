import type { StoredDocument } from '../model/document.js';
import type { FieldPath } from '../model/fieldPath.js';
import { isNameField } from '../model/fieldPath.js';
import { collectionOf, compareNames, joinPath, lastSegment } from '../model/path.js';
import { CollectionTree } from './collectionTree.js';
import type { FieldIndex, IndexKind } from './fieldIndex.js';
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
  index(scope: CollectionScope, field: FieldPath, kind: IndexKind): FieldIndex | undefined;
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
  private readonly tree = new CollectionTree();
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
      this.tree.add(key);
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
    this.tree.delete(key);
    this.indexes.drop(key);
  }

  collection(path: string): Iterable<StoredDocument> {
    return this.collections.get(path)?.values() ?? [];
  }

  *descendants(parent: string, collectionId?: string): Iterable<StoredDocument> {
    for (const path of this.tree.collectionsBelow(parent)) {
      if (collectionId !== undefined && lastSegment(path) !== collectionId) continue;
      yield* this.collection(path);
    }
  }

  index(scope: CollectionScope, field: FieldPath, kind: IndexKind): FieldIndex | undefined {
    const { parent, collectionId, allDescendants } = scope;
    if (allDescendants) {
      // Of all documents there is one by name: deleting a collection with all below it walks that.
      if (parent !== '' || (collectionId === undefined && !isNameField(field))) return undefined;
      const group = collectionId === undefined ? {} : { group: collectionId };
      return this.indexes.get(group, field, kind, this.descendants('', collectionId));
    }
    if (collectionId === undefined) return undefined;
    const path = joinPath(parent, collectionId);
    const documents = this.collections.get(path);
    return documents !== undefined && documents.size >= this.worthAnIndex
      ? this.indexes.get({ collection: path }, field, kind, documents.values())
      : undefined;
  }

  collectionIds(parent: string): string[] {
    return [...this.tree.childrenOf(parent)].sort(compareNames);
  }

  documentIds(collection: string): string[] {
    const ids = new Set(this.tree.childrenOf(collection));
    for (const { path } of this.collection(collection)) ids.add(lastSegment(path));
    return [...ids].sort(compareNames);
  }

  /** Every document, in no particular order. */
  all(): Iterable<StoredDocument> {
    return this.descendants('');
  }

  clear(): void {
    this.collections.clear();
    this.tree.clear();
    this.indexes.clear();
  }
}
