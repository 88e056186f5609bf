import type { Value } from './values.js';

/** How `debug()` prints a value. */
export function display(value: Value): string {
  switch (value.type) {
    case 'null':
    case 'unknown':
      return value.type;
    case 'bool':
    case 'int':
      return String(value.value);
    case 'float':
      return displayFloat(value.value);
    case 'string':
      return JSON.stringify(value.value);
    case 'bytes':
      return `bytes(${Buffer.from(value.value).toString('hex')})`;
    case 'timestamp':
    case 'duration':
      return `${value.type}(${value.seconds.toString()}s ${value.nanos}ns)`;
    case 'latlng':
      return `latlng(${value.latitude}, ${value.longitude})`;
    case 'path':
      return `/${value.segments.join('/')}`;
    case 'list':
    case 'set':
      return `${value.type === 'set' ? 'set' : ''}[${value.items.map(display).join(', ')}]`;
    case 'map':
      return `{${[...value.fields].map(([key, item]) => `${key}: ${display(item)}`).join(', ')}}`;
    case 'map_diff':
      return `diff(${display(value.after)}, ${display(value.before)})`;
  }
}

/** A float keeps its point, so that it does not read as an integer. */
export function displayFloat(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
