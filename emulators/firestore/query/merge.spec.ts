import assert from 'node:assert/strict';
import fc from 'fast-check';
import { merge } from './merge.js';

const byValue = (a: number, b: number): number => a - b;

describe('a merge of lists in order', () => {
  it('has all of their items in order', () => {
    const list = fc.array(fc.nat(20)).map((items) => items.sort(byValue));
    const property = fc.property(fc.array(list), (lists) => {
      assert.deepEqual([...merge(lists, byValue)], lists.flat().sort(byValue));
    });
    fc.assert(property);
  });

  it('takes no more of them than it is asked for', () => {
    let taken = 0;
    const endless = function* (): Iterable<number> {
      for (let n = 0; ; n += 1) {
        taken += 1;
        yield n;
      }
    };
    const [first] = merge([endless(), endless(), endless()], byValue);
    assert.equal(first, 0);
    assert.ok(taken <= 6);
  });
});
