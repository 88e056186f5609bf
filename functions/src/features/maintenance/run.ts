import { describeError } from '../../platform/errors.js';
import { log } from '../../platform/log.js';

/** How a use case of this feature is run. */
export interface RunOptions {
  readonly now: Date;
  /** How much one run may do, so that it ends in time; the next run goes on where it stopped. */
  readonly limit: number;
  /** One user alone; null for everybody. */
  readonly userId: string | null;
  /** Only counts what there is to do. */
  readonly dryRun: boolean;
}

/** What one part of a run came to. */
export interface PartCounts {
  readonly seen: number;
  readonly deleted: number;
  readonly failed: number;
  readonly finished: boolean;
}

/** How many things are worked on at a time. */
const CONCURRENCY = 10;

/**
 * Works on each of the items, a few at a time. One that fails is logged by the name given and leaves the
 * others alone. @returns the outcomes by item, null for those that failed
 */
export async function forEachItem<Item, Outcome>(
  items: readonly Item[],
  nameOf: (item: Item) => string,
  work: (item: Item) => Promise<Outcome>,
): Promise<readonly (Outcome | null)[]> {
  const outcomes: (Outcome | null)[] = [];
  for (let start = 0; start < items.length; start += CONCURRENCY) {
    const group = items.slice(start, start + CONCURRENCY);
    outcomes.push(...(await Promise.all(group.map(attempt))));
  }
  return outcomes;

  async function attempt(item: Item): Promise<Outcome | null> {
    try {
      return await work(item);
    } catch (error) {
      log('ERROR', 'maintenance failed', {
        item: nameOf(item),
        cause: describeError(error).message,
      });
      return null;
    }
  }
}

/** How many of the outcomes are this one. */
export function count<Outcome>(outcomes: readonly Outcome[], wanted: Outcome): number {
  return outcomes.filter((outcome) => outcome === wanted).length;
}
