const DAY_MS = 24 * 3600 * 1000;

/** Days as a clock on the wall shows them, each written YYYY-MM-DD. */
export interface Calendar {
  readonly timeZone: string;
  /** The day that an instant falls on. */
  readonly dayOf: (instant: Date) => string;
  /** The first instant of a day; of a day that the zone left out, that of the day after. */
  readonly startOf: (day: string) => Date;
}

/** @param timeZone an IANA name, checked before */
export function calendarOf(timeZone: string): Calendar {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    calendar: 'iso8601',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  const dayOf = (instant: Date) => {
    const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, value]));
    return `${parts.get('year') ?? ''}-${parts.get('month') ?? ''}-${parts.get('day') ?? ''}`;
  };
  return { timeZone, dayOf, startOf: (day) => firstInstant(day, dayOf) };
}

/**
 * Looks for where the day begins instead of computing it from offsets: that holds for days of 23 and
 * 25 hours, and for zones whose clocks change at midnight. No zone is a whole day away from UTC, and
 * clocks that go back past midnight do so before the new day was shown.
 */
function firstInstant(day: string, dayOf: (instant: Date) => string): Date {
  let before = Date.parse(day) - DAY_MS;
  let within = Date.parse(day) + DAY_MS;
  while (within - before > 1) {
    const middle = Math.floor((before + within) / 2);
    if (dayOf(new Date(middle)) < day) before = middle;
    else within = middle;
  }
  return new Date(within);
}

/** The day so many days later, or earlier. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The last `count` days, the one of `now` included, oldest first. */
export function lastDays(calendar: Calendar, now: Date, count: number): readonly string[] {
  const today = calendar.dayOf(now);
  return Array.from({ length: count }, (_, index) => addDays(today, index - count + 1));
}

/** The UTC day of an instant. */
export function utcDay(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}

/** When the instant's UTC day began. */
export function utcMidnight(instant: Date): Date {
  return new Date(utcDay(instant));
}
