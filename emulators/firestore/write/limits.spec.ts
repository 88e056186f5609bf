import assert from 'node:assert/strict';
import type { Value } from '../model/value.js';
import { vector } from '../specs/arbitraries.js';
import { checkDocument } from './limits.js';

const NAME = 'projects/p/databases/d/documents/c/1';
const text = (length: number): Value => ({ type: 'string', value: 'x'.repeat(length) });
const map = (name: string, value: Value): Value => ({
  type: 'map',
  fields: new Map([[name, value]]),
});
const array = (...values: Value[]): Value => ({ type: 'array', values });

function refuses(fields: Record<string, Value>, message: string | RegExp): void {
  assert.throws(
    () => {
      checkDocument(NAME, new Map(Object.entries(fields)));
    },
    { code: 3, message },
  );
}

function takes(fields: Record<string, Value>): void {
  checkDocument(NAME, new Map(Object.entries(fields)));
}

/** Maps within maps (or in arrays), so many of them in all. */
function nested(depth: number, wrap = (value: Value): Value => map('k', value)): Value {
  return depth === 0 ? text(1) : wrap(nested(depth - 1, wrap));
}

describe('the limits of a document', () => {
  it('bound one value, and all together', () => {
    takes({ a: text(1_048_400) });
    refuses({ a: text(1_048_488) }, 'The value of property "a" is longer than 1048487 bytes.');
    refuses(
      { a: map('b', { type: 'bytes', value: new Uint8Array(1_048_488) }) },
      'The value of property "a" is longer than 1048487 bytes.',
    );
    refuses(
      { a: text(600_000), b: text(500_000) },
      `Document '${NAME}' cannot be written because its size (1,100,058 bytes) ` +
        'exceeds the maximum allowed size of 1,048,576 bytes.',
    );
  });

  it('bound the depth at 20 maps and arrays, and keep arrays out of arrays', () => {
    takes({ deep: nested(20) });
    refuses({ deep: nested(21) }, 'Property deep contains an invalid nested entity.');
    takes({ deep: nested(10, (value) => array(map('k', value))) });
    refuses(
      { deep: nested(11, (value) => array(map('k', value))) },
      'Property deep contains an invalid nested entity.',
    );
    refuses({ a: array(array()) }, 'Property array contains an invalid nested entity.');
  });

  it('keep reserved, empty and long names for fields out, except in vectors', () => {
    takes({ v: vector([1, 2]), _: text(1), ____: text(1), ['x'.repeat(1500)]: text(1) });
    refuses({ __x__: text(1) }, 'The property.name "__x__" is reserved.');
    refuses({ a: map('__x__', text(1)) }, 'The property.name "__x__" is reserved.');
    refuses({ a: map('__type__', text(1)) }, 'The property.name "__type__" is reserved.');
    const elements = Array.from({ length: 2049 }, () => 0);
    takes({ v: vector(elements.slice(1)) });
    refuses({ v: vector(elements) }, 'Vectors must be at most 2048 dimensions.');
    refuses({ '': text(1) }, 'The property.name is the empty string.');
    refuses({ ['x'.repeat(1501)]: text(1) }, 'The property.name is longer than 1500 bytes.');
  });
});
