import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SortedList } from './sortedList.js';

const byValue = (a: number, b: number): number => a - b;

describe('a sorted list', () => {
  it('holds what a sorted array holds, whatever is added and removed', () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(3000)), { maxLength: 200 });
    const property = fc.property(fc.nat(3000), steps, (size, changes) => {
      const model = new Set(Array.from({ length: size }, (_, index) => (index * 7) % 3001));
      const list = new SortedList(byValue, model);
      for (const [isAdded, item] of changes) {
        if (!isAdded) list.delete(item);
        else if (!model.has(item)) list.add(item);
        if (isAdded) model.add(item);
        else model.delete(item);
      }
      const sorted = [...model].sort(byValue);
      assert.equal(list.size, sorted.length);
      assert.deepEqual([...list.slice(0, list.size)], sorted);
      assert.deepEqual([...list.slice(0, list.size, true)], sorted.toReversed());
    });
    fc.assert(property, { numRuns: 50 });
  });

  it('grows from nothing, in any order', () => {
    const list = new SortedList(byValue);
    const items = Array.from({ length: 5000 }, (_, index) => (index * 1237) % 5000);
    for (const item of items) list.add(item);
    assert.deepEqual([...list.slice(0, 5000)], items.toSorted(byValue));
    for (const item of items) list.delete(item);
    assert.equal(list.size, 0);
  });

  it('finds the first place that passes, and walks from there either way', () => {
    const list = new SortedList(
      byValue,
      Array.from({ length: 2000 }, (_, index) => index * 2),
    );
    assert.equal(
      list.position((item) => item >= 1001),
      501,
    );
    assert.equal(
      list.position(() => false),
      2000,
    );
    assert.deepEqual([...list.slice(510, 514)], [1020, 1022, 1024, 1026]);
    assert.deepEqual([...list.slice(510, 514, true)], [1026, 1024, 1022, 1020]);
    assert.deepEqual([...list.slice(20, 20)], []);
    assert.deepEqual([...list.slice(20, 10, true)], []);
  });
});
