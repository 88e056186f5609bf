import type { Instant } from '../model/clock.js';
import type { StoredDocument } from '../model/document.js';
import type { FirestoreError } from '../model/status.js';
import type { Query } from '../query/query.js';

/** What a client listens to: some documents or a query, under an id of its choice. */
export interface Target {
  readonly id: number;
  readonly kind: { readonly paths: readonly string[] } | { readonly query: Query };
  /** The version that the client has seen, where it resumes. */
  readonly resumeFrom?: Instant;
}

/** What a listener is told, in this order; the wire formats write it down. */
export type WatchEvent =
  | { readonly type: 'added' | 'reset'; readonly targetId: number }
  | { readonly type: 'removed'; readonly targetId: number; readonly cause?: FirestoreError }
  /** The target has everything up to this version. */
  | { readonly type: 'current'; readonly targetId: number; readonly version: Instant }
  /** All targets of the stream are consistent at this version. */
  | { readonly type: 'snapshot'; readonly version: Instant }
  | {
      readonly type: 'changed';
      readonly document: StoredDocument;
      readonly targetIds: readonly number[];
      readonly removedTargetIds: readonly number[];
    }
  /** The document is gone, or (`left`) only no longer part of the targets. */
  | {
      readonly type: 'deleted' | 'left';
      readonly path: string;
      readonly version: Instant;
      readonly removedTargetIds: readonly number[];
    }
  /** How many documents the target has: a client that counts another number starts it anew. */
  | { readonly type: 'count'; readonly targetId: number; readonly count: number };
