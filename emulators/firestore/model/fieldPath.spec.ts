import assert from 'node:assert/strict';
import fc from 'fast-check';
import { formatFieldPath, getField, parseFieldPath, selectFields, withField } from './fieldPath.js';
import type { Fields, Value } from './value.js';

const one: Value = { type: 'integer', value: 1n };

describe('field paths', () => {
  it('reads plain and quoted segments', () => {
    assert.deepEqual(parseFieldPath('a.b_1'), ['a', 'b_1']);
    assert.deepEqual(parseFieldPath('a.`b.c`.`d\\`e\\\\`'), ['a', 'b.c', 'd`e\\']);
  });

  it('refuses what is not a path', () => {
    for (const text of ['', '.', 'a.', '.a', 'a..b', '`a', 'a`b`']) {
      assert.throws(() => parseFieldPath(text), /Invalid field path/, text);
    }
  });

  it('writes what it reads back, whatever the names are', () => {
    const name = fc.string({ minLength: 1, unit: 'binary' });
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), (path) => {
        assert.deepEqual(parseFieldPath(formatFieldPath(path)), path);
      }),
    );
  });

  it('sets, removes and selects within maps, without touching what was there', () => {
    const empty: Fields = new Map();
    const set = withField(empty, ['a', 'b'], one);
    assert.equal(empty.size, 0);
    assert.deepEqual(getField(set, ['a', 'b']), one);
    const more = withField(set, ['a', 'c'], one);
    assert.deepEqual(selectFields(more, [['a', 'b']]), set);
    assert.deepEqual(withField(more, ['a', 'c'], undefined), set);
    assert.equal(withField(set, ['x', 'y'], undefined), set);
  });
});
