/** A point in time: microseconds since 1970, the resolution that Firestore stores. */
export type Instant = bigint;

const MICROS_PER_MILLISECOND = 1000n;
const MICROS_PER_SECOND = 1_000_000n;

/** Hands out commit and read times that never go back, so that a later commit is always newer. */
export class Clock {
  private last: Instant = 0n;

  /** Lets every later commit be newer than something that came from elsewhere. */
  advanceTo(instant: Instant): void {
    if (instant > this.last) this.last = instant;
  }

  /** A time for a read: no commit with this time or an earlier one will follow. */
  readTime(): Instant {
    const wall = BigInt(Date.now()) * MICROS_PER_MILLISECOND;
    if (wall > this.last) this.last = wall;
    return this.last;
  }

  /** A time for a commit, later than every time handed out before. */
  commitTime(): Instant {
    const before = this.last;
    const now = this.readTime();
    if (now === before) this.last += 1n;
    return this.last;
  }
}

/** Cuts an instant to whole milliseconds, the precision of a server timestamp. */
export function truncateToMilliseconds(instant: Instant): Instant {
  return instant - floorMod(instant, MICROS_PER_MILLISECOND);
}

/** Splits an instant into whole seconds (rounded down) and nanoseconds. */
export function splitInstant(instant: Instant): { seconds: bigint; nanos: number } {
  const micros = floorMod(instant, MICROS_PER_SECOND);
  return { seconds: (instant - micros) / MICROS_PER_SECOND, nanos: Number(micros) * 1000 };
}

/** Joins seconds and nanoseconds; what is finer than a microsecond is cut off, as Firestore does. */
export function joinInstant(seconds: bigint, nanos: number): Instant {
  return seconds * MICROS_PER_SECOND + BigInt(Math.floor(nanos / 1000));
}

/** The instant as a Date, cut to milliseconds. */
export function instantToDate(instant: Instant): Date {
  return new Date(Number(truncateToMilliseconds(instant) / MICROS_PER_MILLISECOND));
}

/** The instant in RFC 3339, with microseconds. */
export function formatInstant(instant: Instant): string {
  const micros = floorMod(instant, MICROS_PER_MILLISECOND).toString().padStart(3, '0');
  return instantToDate(instant).toISOString().replace('Z', `${micros}Z`);
}

function floorMod(value: bigint, modulus: bigint): bigint {
  return ((value % modulus) + modulus) % modulus;
}
