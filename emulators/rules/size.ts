import { RulesLimitError } from './errors.js';
import type { Value } from './values.js';

/** Characters, bytes and items in one value, however deep: several times what a document may hold. */
const MAX_SIZE = 4 * 1024 * 1024;

/** Sizes of what holds other values; rules can put one value into another twice, again and again. */
const known = new WeakMap<object, number>();

/**
 * The same value, unless it has grown beyond all that a request brings, so that what rules do with it might
 * not end: then the request is refused.
 */
export function bounded<Kind extends Value>(value: Kind): Kind {
  checkLength(sizeOf(value));
  return value;
}

/** The same for a text of which the length is known before it is made. */
export function checkLength(length: number): void {
  if (length > MAX_SIZE) throw new RulesLimitError('A value has become too large.');
}

function sizeOf(value: Value): number {
  switch (value.type) {
    case 'string':
    case 'bytes':
      return value.value.length;
    case 'path':
      return value.segments.reduce((sum, segment) => sum + segment.length + 1, 0);
    case 'list':
    case 'set':
      return known.get(value) ?? sizeOfAll(value, value.items, value.items.length);
    case 'map':
      return known.get(value) ?? sizeOfAll(value, value.fields.values(), value.fields.size);
    default:
      return 1;
  }
}

/** Only what takes a while to measure is worth to be remembered. */
const FEW = 16;

function sizeOfAll(holder: object, items: Iterable<Value>, count: number): number {
  let size = count;
  for (const item of items) size += sizeOf(item);
  if (size > FEW) known.set(holder, size);
  return size;
}
