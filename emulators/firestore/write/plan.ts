import type { Instant } from '../model/clock.js';
import type { DocumentChange, StoredDocument } from '../model/document.js';
import type { DatabaseId } from '../model/path.js';
import { formatName } from '../model/path.js';
import { Code, FirestoreError } from '../model/status.js';
import type { Value } from '../model/value.js';
import type { DocumentStore } from '../storage/documentStore.js';
import { checkTransforms } from './limits.js';
import type { Write } from './write.js';
import { applyWrite } from './write.js';

/** Stands for the commit's time, which is known only when the commit is applied. */
const PENDING: Instant = -1n;

/** One write with the document before and after it, earlier writes of the same commit included. */
export interface PlannedWrite {
  readonly write: Write;
  readonly before: StoredDocument | undefined;
  readonly after: StoredDocument | undefined;
  readonly transformResults: readonly Value[];
}

/** What a commit would do, before anything is stored. */
export interface CommitPlan {
  readonly requestTime: Instant;
  readonly steps: readonly PlannedWrite[];
  /** The documents that the commit would leave, by path. */
  readonly final: ReadonlyMap<string, StoredDocument | undefined>;
  /** The documents that would change, each once. */
  changes(): DocumentChange[];
}

/** Works out a commit against the stored documents; throws where a write is refused. */
export function planCommit(
  database: DatabaseId,
  store: DocumentStore,
  writes: readonly Write[],
  requestTime: Instant,
): CommitPlan {
  checkTransforms(writes);
  const final = new Map<string, StoredDocument | undefined>();
  const steps = writes.map((write): PlannedWrite => {
    const { path } = write;
    const before = final.has(path) ? final.get(path) : store.get(path);
    if (write.precondition.exists === true && before === undefined && final.has(path)) {
      throw new FirestoreError(
        Code.InvalidArgument,
        `A document cannot be updated after it was deleted in the same request: ${path}`,
      );
    }
    const outcome = applyWrite(formatName(database, path), before, write, requestTime);
    const after = outcome.fields && {
      path,
      fields: outcome.fields,
      createTime: before?.createTime ?? PENDING,
      updateTime: outcome.changed ? PENDING : (before?.updateTime ?? PENDING),
    };
    final.set(path, after);
    return { write, before, after, transformResults: outcome.transformResults };
  });
  return { requestTime, steps, final, changes: () => changesOf(store, final) };
}

/** Puts the commit's time where it was pending. */
export function settle(
  document: StoredDocument | undefined,
  commitTime: Instant,
): StoredDocument | undefined {
  if (document === undefined) return undefined;
  const time = (instant: Instant): Instant => (instant === PENDING ? commitTime : instant);
  return {
    ...document,
    createTime: time(document.createTime),
    updateTime: time(document.updateTime),
  };
}

function changesOf(
  store: DocumentStore,
  final: ReadonlyMap<string, StoredDocument | undefined>,
): DocumentChange[] {
  const changes: DocumentChange[] = [];
  for (const [path, after] of final) {
    const before = store.get(path);
    if (before === undefined ? after !== undefined : after?.updateTime !== before.updateTime) {
      changes.push({ path, before, after });
    }
  }
  return changes;
}
