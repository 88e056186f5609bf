import { RulesLimitError } from './errors.js';
import type { Value } from './values.js';

/** Characters, bytes and items in one value, however deep: several times what a document may hold. */
const MAX_SIZE = 4 * 1024 * 1024;

/** Sizes of what holds other values. Rules can put one value into another twice, again and again. */
const known = new WeakMap<object, number>();

/** Refuses a value that has grown beyond all that a request brings; what rules do with it would not end. */
export function checkSize(value: Value): void {
  if (sizeOf(value) > MAX_SIZE) throw new RulesLimitError('A value has become too large.');
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
      return sizeOfAll(value, value.items);
    case 'map':
      return sizeOfAll(value, value.fields.values());
    default:
      return 1;
  }
}

function sizeOfAll(holder: object, items: Iterable<Value>): number {
  let size = known.get(holder);
  if (size === undefined) {
    size = 1;
    for (const item of items) size += sizeOf(item) + 1;
    known.set(holder, size);
  }
  return size;
}
