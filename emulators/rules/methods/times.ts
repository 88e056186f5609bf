import { dateOf, durationOfNanos, timestampOfNanos, totalNanos } from '../time.js';
import { float, int, type DurationValue, type TimestampValue, type ValueOf } from '../values.js';
import { method, type MethodTable } from './signature.js';

const NANOS_PER_DAY = 86_400_000_000_000n;
const MILLIS_PER_DAY = 86_400_000;
/** Mean radius of the Earth in metres (IUGG). */
const EARTH_RADIUS_METRES = 6_371_008.8;

/** Nanoseconds since the midnight (UTC) before. */
function nanosOfDay(self: TimestampValue): bigint {
  return ((totalNanos(self) % NANOS_PER_DAY) + NANOS_PER_DAY) % NANOS_PER_DAY;
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / MILLIS_PER_DAY) + 1;
}

/** Methods of timestamps, all in UTC (rules reference, `rules.Timestamp`). */
export const timestampMethods: MethodTable<TimestampValue> = {
  date: method(0, (self) => timestampOfNanos(totalNanos(self) - nanosOfDay(self))),
  time: method(0, (self) => durationOfNanos(nanosOfDay(self))),
  year: method(0, (self) => int(dateOf(self).getUTCFullYear())),
  month: method(0, (self) => int(dateOf(self).getUTCMonth() + 1)),
  day: method(0, (self) => int(dateOf(self).getUTCDate())),
  /** 1 is Monday, 7 Sunday. */
  dayOfWeek: method(0, (self) => int(((dateOf(self).getUTCDay() + 6) % 7) + 1)),
  dayOfYear: method(0, (self) => int(dayOfYear(dateOf(self)))),
  hours: method(0, (self) => int(dateOf(self).getUTCHours())),
  minutes: method(0, (self) => int(dateOf(self).getUTCMinutes())),
  seconds: method(0, (self) => int(dateOf(self).getUTCSeconds())),
  nanos: method(0, (self) => int(self.nanos)),
  toMillis: method(0, (self) => int(dateOf(self).getTime())),
};

/** Methods of durations (rules reference, `rules.Duration`). */
export const durationMethods: MethodTable<DurationValue> = {
  seconds: method(0, (self) => int(self.seconds)),
  nanos: method(0, (self) => int(self.nanos)),
};

/** Methods of places on Earth (rules reference, `rules.LatLng`); distances in metres. */
export const latlngMethods: MethodTable<ValueOf<'latlng'>> = {
  latitude: method(0, (self) => float(self.latitude)),
  longitude: method(0, (self) => float(self.longitude)),
  distance: method(1, (self, args) => float(distance(self, args.of(0, 'latlng')))),
};

/** The great-circle distance, by the haversine formula. */
function distance(from: ValueOf<'latlng'>, to: ValueOf<'latlng'>): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const halfLatitude = radians(to.latitude - from.latitude) / 2;
  const halfLongitude = radians(to.longitude - from.longitude) / 2;
  const a =
    Math.sin(halfLatitude) ** 2 +
    Math.cos(radians(from.latitude)) *
      Math.cos(radians(to.latitude)) *
      Math.sin(halfLongitude) ** 2;
  return 2 * EARTH_RADIUS_METRES * Math.asin(Math.min(1, Math.sqrt(a)));
}
