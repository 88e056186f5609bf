import { RulesError } from './errors.js';
import type { DurationValue, TimestampValue } from './values.js';

const NANOS_PER_SECOND = 1_000_000_000n;

/** Units of `duration.value(magnitude, unit)` in nanoseconds (rules reference, `duration`). */
const unitNanos: Readonly<Record<string, bigint>> = {
  w: 604_800n * NANOS_PER_SECOND,
  d: 86_400n * NANOS_PER_SECOND,
  h: 3_600n * NANOS_PER_SECOND,
  m: 60n * NANOS_PER_SECOND,
  s: NANOS_PER_SECOND,
  ms: 1_000_000n,
  ns: 1n,
};

/** The whole of a time or duration in nanoseconds. */
export function totalNanos(value: DurationValue | TimestampValue): bigint {
  return value.seconds * NANOS_PER_SECOND + BigInt(value.nanos);
}

/** A duration; seconds and nanos have the same sign, as in protobuf. */
export function durationOfNanos(total: bigint): DurationValue {
  return {
    type: 'duration',
    seconds: total / NANOS_PER_SECOND,
    nanos: Number(total % NANOS_PER_SECOND),
  };
}

export function durationOfUnit(magnitude: bigint, unit: string): DurationValue {
  const nanos = unitNanos[unit];
  if (nanos === undefined) throw new RulesError(`Unknown unit of duration: '${unit}'.`);
  return durationOfNanos(magnitude * nanos);
}

/** A timestamp; nanos are never negative, as in protobuf. */
export function timestampOfNanos(total: bigint): TimestampValue {
  const nanos = ((total % NANOS_PER_SECOND) + NANOS_PER_SECOND) % NANOS_PER_SECOND;
  return { type: 'timestamp', seconds: (total - nanos) / NANOS_PER_SECOND, nanos: Number(nanos) };
}

export function timestampOfMillis(millis: bigint): TimestampValue {
  return timestampOfNanos(millis * 1_000_000n);
}

/** The same instant for JavaScript, to the millisecond; one that it cannot hold is an error. */
export function dateOf(value: TimestampValue): Date {
  const date = new Date(Number(value.seconds) * 1000 + Math.floor(value.nanos / 1_000_000));
  if (Number.isNaN(date.getTime())) throw new RulesError('Timestamp is out of range.');
  return date;
}

/** An RFC 3339 time with up to nine digits of a second; anything else is an error. */
export function timestampOfText(text: string): TimestampValue {
  const match = /^(.*?:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text);
  const millis = match ? Date.parse(`${match[1] ?? ''}${match[3] ?? ''}`) : NaN;
  if (Number.isNaN(millis)) throw new RulesError(`Not a timestamp: '${text}'.`);
  const nanos = Number((match?.[2] ?? '').padEnd(9, '0'));
  return { type: 'timestamp', seconds: BigInt(millis / 1000), nanos };
}
