import type { Write } from '../write/write.js';

/** Counts the writes that were applied, by document, so that tests can state how many there were. */
export class WriteCounter {
  private readonly counts = new Map<string, number>();

  count(writes: readonly Write[]): void {
    for (const { kind, path } of writes) {
      if (kind !== 'verify') this.counts.set(path, (this.counts.get(path) ?? 0) + 1);
    }
  }

  /** The writes of the documents whose path matches, in all and each. */
  matching(path: RegExp): { count: number; paths: Record<string, number> } {
    const paths = [...this.counts].filter(([name]) => path.test(name));
    return {
      count: paths.reduce((sum, [, count]) => sum + count, 0),
      paths: Object.fromEntries(paths),
    };
  }

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  reset(): void {
    this.counts.clear();
  }
}
