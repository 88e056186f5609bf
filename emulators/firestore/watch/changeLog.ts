import type { Instant } from '../model/clock.js';
import type { DocumentChange } from '../model/document.js';

/** How many changes are kept for listeners that resume; older ones start anew. */
const CAPACITY = 10_000;

/** The latest changes of a database: which documents changed, and when. */
export class ChangeLog {
  private entries: { version: Instant; path: string }[] = [];
  /** Changes at or before this version may have been dropped. */
  private complete: Instant = 0n;

  append(commit: { version: Instant; changes: readonly DocumentChange[] }): void {
    for (const { path } of commit.changes) this.entries.push({ version: commit.version, path });
    if (this.entries.length <= 2 * CAPACITY) return;
    const dropped = this.entries.length - CAPACITY;
    this.complete = this.entries[dropped - 1]?.version ?? this.complete;
    this.entries = this.entries.slice(dropped);
  }

  /** The paths that changed after a version, or undefined where that is no longer known. */
  since(version: Instant): ReadonlySet<string> | undefined {
    if (version < this.complete) return undefined;
    return new Set(
      this.entries.filter((entry) => entry.version > version).map((entry) => entry.path),
    );
  }
}
