import type { Instant } from './clock.js';
import type { Fields } from './value.js';

/** A stored document. Never changed in place: a write makes a new one. */
export interface StoredDocument {
  /** Below the database's root, e.g. `jobs/abc`. */
  readonly path: string;
  readonly fields: Fields;
  readonly createTime: Instant;
  readonly updateTime: Instant;
}

/** What a commit did to one document; equal sides are left out of a commit's changes. */
export interface DocumentChange {
  readonly path: string;
  readonly before: StoredDocument | undefined;
  readonly after: StoredDocument | undefined;
}
