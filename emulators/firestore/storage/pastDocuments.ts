import type { StoredDocument } from '../model/document.js';
import { collectionOf, compareNames, isBelow, lastSegment } from '../model/path.js';
import type { Documents } from './documentStore.js';

/** Documents as they were before some later changes: the present ones with those undone. */
export class PastDocuments implements Documents {
  /**
   * @param present the documents now
   * @param undone what the later changes found, by path; undefined where they found nothing
   */
  constructor(
    private readonly present: Documents,
    private readonly undone: ReadonlyMap<string, StoredDocument | undefined>,
  ) {}

  get(path: string): StoredDocument | undefined {
    return this.undone.has(path) ? this.undone.get(path) : this.present.get(path);
  }

  *collection(path: string): Iterable<StoredDocument> {
    yield* this.unchanged(this.present.collection(path));
    yield* this.restored((document) => collectionOf(document.path) === path);
  }

  *descendants(parent: string, collectionId?: string): Iterable<StoredDocument> {
    yield* this.unchanged(this.present.descendants(parent, collectionId));
    yield* this.restored(({ path }) => {
      const id = lastSegment(collectionOf(path));
      return isBelow(path, parent) && (collectionId === undefined || id === collectionId);
    });
  }

  /** None: reading the past is rare enough to look through all. */
  index(): undefined {
    return undefined;
  }

  collectionIds(parent: string): string[] {
    return this.childrenOf(parent);
  }

  documentIds(collection: string): string[] {
    return this.childrenOf(collection);
  }

  private childrenOf(parent: string): string[] {
    const depth = parent === '' ? 0 : parent.split('/').length;
    const ids = new Set<string>();
    for (const { path } of this.collection(parent)) ids.add(lastSegment(path));
    for (const { path } of this.descendants(parent)) ids.add(path.split('/')[depth] ?? '');
    return [...ids].sort(compareNames);
  }

  private *unchanged(documents: Iterable<StoredDocument>): Iterable<StoredDocument> {
    for (const document of documents) if (!this.undone.has(document.path)) yield document;
  }

  private *restored(test: (document: StoredDocument) => boolean): Iterable<StoredDocument> {
    for (const document of this.undone.values()) {
      if (document !== undefined && test(document)) yield document;
    }
  }
}
