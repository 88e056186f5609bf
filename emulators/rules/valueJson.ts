import { totalNanos } from './time.js';
import type { TimestampValue, Value } from './values.js';

/** Items of lists and sets that are shown; of those within others, none is. */
const MAX_ITEMS = 20;

/**
 * A value as the official emulator writes it in reports on coverage: an object with one key that names the
 * type, integers as text. Of maps only that they are maps, since a request repeats whole documents there.
 */
export function valueJson(value: Value, cut: (text: string) => string): object {
  switch (value.type) {
    case 'null':
      return { nullValue: null };
    case 'bool':
      return { boolValue: value.value };
    case 'int':
      return { intValue: String(value.value) };
    case 'float':
      // JSON has no NaN and no infinity; protobuf's JSON names them.
      return { floatValue: Number.isFinite(value.value) ? value.value : String(value.value) };
    case 'string':
      return { stringValue: cut(value.value) };
    case 'bytes':
      return { bytesValue: cut(Buffer.from(value.value).toString('base64')) };
    case 'timestamp':
      return { timestampValue: timestampText(value) };
    case 'duration':
      return { durationValue: `${Number(totalNanos(value)) / 1e9}s` };
    case 'latlng':
      return { latlngValue: { latitude: value.latitude, longitude: value.longitude } };
    case 'path':
      return {
        pathValue: { segments: value.segments.slice(0, MAX_ITEMS).map((simple) => ({ simple })) },
      };
    case 'list':
      return { listValue: { values: itemsJson(value.items, cut) } };
    case 'set':
      return { setValue: { values: itemsJson(value.items, cut) } };
    case 'map':
      return { mapValue: {} };
    case 'map_diff':
      return { mapDiffValue: {} };
    case 'unknown':
      return { constraintValue: {} };
  }
}

function itemsJson(items: readonly Value[], cut: (text: string) => string): readonly object[] {
  return items.slice(0, MAX_ITEMS).map((item) => {
    if (item.type === 'list') return { listValue: {} };
    return item.type === 'set' ? { setValue: {} } : valueJson(item, cut);
  });
}

/** RFC 3339 to the millisecond, where JavaScript's dates reach. */
function timestampText({ seconds, nanos }: TimestampValue): string {
  const date = new Date(Number(seconds) * 1000 + nanos / 1e6);
  return Number.isNaN(date.getTime()) ? `${seconds}s` : date.toISOString();
}
