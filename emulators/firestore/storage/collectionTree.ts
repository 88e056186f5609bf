import { joinPath } from '../model/path.js';

/**
 * The paths of the collections that have documents, as a tree: what is below a place is found
 * without a look at any other. A document that is not there is part of it where something is below it.
 */
export class CollectionTree {
  /** The segments directly below a path ('' is the root) on the way to a collection. */
  private readonly below = new Map<string, Set<string>>();
  private readonly collections = new Set<string>();

  add(collection: string): void {
    this.collections.add(collection);
    for (const [parent, segment] of steps(collection)) {
      const segments = this.below.get(parent) ?? new Set();
      this.below.set(parent, segments.add(segment));
    }
  }

  delete(collection: string): void {
    this.collections.delete(collection);
    for (const [parent, segment] of steps(collection).toReversed()) {
      const path = joinPath(parent, segment);
      if (this.collections.has(path) || this.below.has(path)) return;
      const segments = this.below.get(parent);
      segments?.delete(segment);
      if (segments?.size === 0) this.below.delete(parent);
    }
  }

  /** The collections below a document, or the documents of a collection with some below them. */
  childrenOf(path: string): Iterable<string> {
    return this.below.get(path) ?? [];
  }

  /** The paths of all collections at any depth below a path. */
  *collectionsBelow(path: string): Iterable<string> {
    for (const segment of this.childrenOf(path)) {
      const child = joinPath(path, segment);
      if (this.collections.has(child)) yield child;
      yield* this.collectionsBelow(child);
    }
  }

  clear(): void {
    this.below.clear();
    this.collections.clear();
  }
}

/** Each segment of a path with the path before it. */
function steps(path: string): [parent: string, segment: string][] {
  const segments = path.split('/');
  return segments.map((segment, index) => [segments.slice(0, index).join('/'), segment]);
}
