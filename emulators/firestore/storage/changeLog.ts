import type { Instant } from '../model/clock.js';
import type { DocumentChange, StoredDocument } from '../model/document.js';

/** How many changes are kept for listeners that resume, and for reading at a past time. */
const CAPACITY = 10_000;

interface Entry {
  readonly version: Instant;
  readonly path: string;
  readonly before: StoredDocument | undefined;
}

/** The latest changes of a database: which documents changed, when, and what they were. */
export class ChangeLog {
  private entries: Entry[] = [];
  /** Changes at or before this version may have been dropped. */
  private complete: Instant = 0n;

  append(commit: { version: Instant; changes: readonly DocumentChange[] }): void {
    const { version } = commit;
    for (const { path, before } of commit.changes) this.entries.push({ version, path, before });
    if (this.entries.length <= 2 * CAPACITY) return;
    const dropped = this.entries.length - CAPACITY;
    this.complete = this.entries[dropped - 1]?.version ?? this.complete;
    this.entries = this.entries.slice(dropped);
  }

  /**
   * The documents that changed after a version, each as it was then (undefined where there was
   * none); undefined where that is no longer known.
   */
  since(version: Instant): ReadonlyMap<string, StoredDocument | undefined> | undefined {
    if (version < this.complete) return undefined;
    const before = new Map<string, StoredDocument | undefined>();
    for (let index = this.entries.length - 1; index >= 0; index -= 1) {
      const entry = this.entries[index];
      if (entry === undefined || entry.version <= version) break;
      before.set(entry.path, entry.before);
    }
    return before;
  }
}
