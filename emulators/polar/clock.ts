/** The stand-in's time: the machine's, moved ahead on demand, with each reading later than the one before. */
export class Clock {
  private aheadMs = 0;
  /** Microseconds since the epoch. */
  private last = 0;

  /** ISO 8601 with microseconds, as Polar writes times. */
  now(): string {
    this.last = Math.max((Date.now() + this.aheadMs) * 1000, this.last + 1);
    return isoMicroseconds(this.last);
  }

  advance(seconds: number): void {
    this.aheadMs += seconds * 1000;
  }

  reset(): void {
    this.aheadMs = 0;
    this.last = 0;
  }
}

function isoMicroseconds(microseconds: number): string {
  const seconds = new Date(microseconds / 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(microseconds % 1_000_000).padStart(6, '0')}Z`;
}

/** The time one month or year after another, in UTC; a day that the month lacks becomes its last. */
export function periodAfter(start: string, interval: 'month' | 'year'): string {
  const from = new Date(start);
  const months = from.getUTCMonth() + (interval === 'year' ? 12 : 1);
  const lastDay = new Date(Date.UTC(from.getUTCFullYear(), months + 1, 0)).getUTCDate();
  const to = new Date(from);
  to.setUTCFullYear(from.getUTCFullYear(), months, Math.min(from.getUTCDate(), lastDay));
  return to.toISOString();
}
