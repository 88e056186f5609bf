import assert from 'node:assert/strict';
import { priceTableSchema } from '@quikthread/contract';
import { chargeOf, prices, totalCharge } from './prices.js';

describe('prices', () => {
  it('are a table of the contract, read off X on a day that is past', () => {
    assert.deepEqual(priceTableSchema.parse(prices), prices);
    assert.ok(Date.parse(prices.date) < Date.now());
  });

  it('charge a tweet once for a link, however many it has', () => {
    assert.equal(chargeOf([]), 0.015);
    assert.equal(chargeOf(['a.com']), 0.2);
    assert.equal(chargeOf(['a.com', 'https://b.com']), 0.2);
  });

  it('add up without the errors of binary fractions', () => {
    assert.equal(totalCharge([...Array.from({ length: 7 }, () => 0.015), 0.2]), 0.305);
    assert.equal(totalCharge([]), 0);
  });
});
