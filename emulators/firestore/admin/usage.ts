/** Who had to wait for a document, and who lost a transaction over it. */
export interface Contention {
  /** Requests that did not get their locks at once. */
  readonly waits: number;
  /** Transactions and commits that were aborted, to be tried again by their clients. */
  readonly aborts: number;
  /** Waits by document; those of a query count for its collection, as `collection/*`. */
  readonly paths: Readonly<Record<string, number>>;
}

/** Counts what Firestore would bill as reads, and contention, so that tests and benches can state them. */
export class Usage {
  private reads = 0;
  private waits = 0;
  private aborts = 0;
  private paths = new Map<string, number>();

  /** A missing document, and a query without a result, cost one read (Firestore's pricing). */
  read(documents: number): void {
    this.reads += Math.max(1, documents);
  }

  waited(paths: Iterable<string>): void {
    this.waits += 1;
    for (const path of paths) this.paths.set(path, (this.paths.get(path) ?? 0) + 1);
  }

  aborted(): void {
    this.aborts += 1;
  }

  /** Reads since the last reset, those of listeners not among them. */
  get readCount(): number {
    return this.reads;
  }

  get contention(): Contention {
    const { waits, aborts, paths } = this;
    return { waits, aborts, paths: Object.fromEntries(paths) };
  }

  reset(): void {
    this.reads = 0;
    this.waits = 0;
    this.aborts = 0;
    this.paths.clear();
  }
}
