/** Few enough to move at little cost, many enough that the list of chunks stays short. */
const CHUNK = 512;

/**
 * Items in order, in chunks: adding, removing and finding a place take time that grows with the
 * logarithm of their number, and walking with what is walked.
 */
export class SortedList<T> {
  private readonly chunks: T[][] = [];
  private count = 0;

  /**
   * @param compare a total order; two items that compare as 0 are the same item
   * @param items the first ones, in any order
   */
  constructor(
    private readonly compare: (a: T, b: T) => number,
    items: Iterable<T> = [],
  ) {
    const sorted = [...items].sort(compare);
    this.count = sorted.length;
    for (let at = 0; at < sorted.length; at += CHUNK)
      this.chunks.push(sorted.slice(at, at + CHUNK));
  }

  get size(): number {
    return this.count;
  }

  /** Adds an item; it must not be there yet. */
  add(item: T): void {
    const [index, at] = this.place((other) => this.compare(other, item) >= 0);
    this.count += 1;
    const chunk = this.chunks[index] ?? this.chunks.at(-1);
    if (chunk === undefined) {
      this.chunks.push([item]);
      return;
    }
    if (this.chunks[index] === undefined) chunk.push(item);
    else chunk.splice(at, 0, item);
    if (chunk.length <= 2 * CHUNK) return;
    this.chunks.splice(this.chunks.indexOf(chunk) + 1, 0, chunk.splice(CHUNK));
  }

  /** Removes the item that compares as 0; does nothing where there is none. */
  delete(item: T): void {
    const [index, at] = this.place((other) => this.compare(other, item) >= 0);
    const chunk = this.chunks[index];
    const found = chunk?.[at];
    if (chunk === undefined || found === undefined || this.compare(found, item) !== 0) return;
    chunk.splice(at, 1);
    this.count -= 1;
    if (chunk.length === 0) this.chunks.splice(index, 1);
  }

  /**
   * How many items come before the first that passes; all of them where none does.
   *
   * @param test false for the first items and true from some place on
   */
  position(test: (item: T) => boolean): number {
    const [index, at] = this.place(test);
    let position = at;
    for (let before = 0; before < index; before += 1) position += this.chunks[before]?.length ?? 0;
    return position;
  }

  /** The items of the positions from `start` up to, without, `end`; backwards on demand. */
  *slice(start: number, end: number, backwards = false): Iterable<T> {
    let first = backwards ? this.count : 0;
    for (const chunk of backwards ? this.chunks.toReversed() : this.chunks) {
      if (backwards) first -= chunk.length;
      const from = Math.max(start - first, 0);
      const to = Math.min(end - first, chunk.length);
      for (let at = 0; at < to - from; at += 1) {
        const item = chunk[backwards ? to - 1 - at : from + at];
        if (item !== undefined) yield item;
      }
      if (!backwards) first += chunk.length;
      if (backwards ? first <= start : first >= end) return;
    }
  }

  /** The chunk, and the place in it, of the first item that passes; after the last chunk for none. */
  private place(test: (item: T) => boolean): [chunk: number, at: number] {
    const index = firstIndex(this.chunks, (chunk) => {
      const last = chunk.at(-1);
      return last !== undefined && test(last);
    });
    return [index, firstIndex(this.chunks[index] ?? [], test)];
  }
}

function firstIndex<T>(items: readonly T[], test: (item: T) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = items[middle];
    if (item === undefined || test(item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
