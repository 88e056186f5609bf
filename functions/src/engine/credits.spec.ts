import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CallError } from '../platform/errors.js';
import { currentAccount, nextResetDate, quotaOf, reserveCredit, settleCredit } from './credits.js';
import type { Account } from './credits.js';

const now = new Date('2026-11-21T10:00:00Z');
const account: Account = {
  tier: 'free',
  creditsUsed: 0,
  creditsReserved: 0,
  maxCredits: 2,
  maxDuration: 1800,
  resetDate: new Date('2026-12-01T00:00:00Z'),
};

describe('credits', () => {
  it('resets on the first of the next month in UTC, across the year', () => {
    assert.equal(nextResetDate(now).toISOString(), '2026-12-01T00:00:00.000Z');
    const december = new Date('2026-12-31T23:59:59.999Z');
    assert.equal(nextResetDate(december).toISOString(), '2027-01-01T00:00:00.000Z');
  });

  it('starts a month whose reset date has come with nothing used, and keeps what is reserved', () => {
    const old = { ...account, creditsUsed: 2, creditsReserved: 1 };
    const reset = currentAccount(old, account.resetDate);
    assert.equal(reset.creditsUsed, 0);
    assert.equal(reset.creditsReserved, 1);
    assert.equal(reset.resetDate.toISOString(), '2027-01-01T00:00:00.000Z');
  });

  it('leaves a month that is not over alone', () => {
    const old = { ...account, creditsUsed: 2 };
    assert.equal(currentAccount(old, new Date(account.resetDate.getTime() - 1)), old);
  });

  it('refuses a reservation beyond the plan, naming what is used and the next plan', () => {
    const full = { ...account, creditsUsed: 1, creditsReserved: 1 };
    assert.throws(
      () => reserveCredit(full, now),
      (error) => {
        assert.ok(error instanceof CallError);
        assert.equal(error.status, 'resource-exhausted');
        assert.deepEqual(error.details, {
          code: 'quota_exceeded',
          creditsUsed: 1,
          creditsReserved: 1,
          maxCredits: 2,
          nextPlan: 'pro',
          resetDate: '2026-12-01T00:00:00.000Z',
        });
        return true;
      },
    );
  });

  it('names no next plan on the largest', () => {
    const full: Account = { ...account, tier: 'business', creditsUsed: 100, maxCredits: 100 };
    assert.throws(
      () => reserveCredit(full, now),
      (error) =>
        error instanceof CallError &&
        error.details.code === 'quota_exceeded' &&
        error.details.nextPlan === null,
    );
  });

  it('shows no negative remainder after a downgrade', () => {
    assert.equal(quotaOf({ ...account, creditsUsed: 20 }).remaining, 0);
  });

  it('never lets used and reserved exceed the plan, whatever the order of reserve and settle', () => {
    const step = fc.constantFrom('reserve' as const, 'used' as const, 'returned' as const);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let state = account;
        for (const action of steps) {
          if (action !== 'reserve') {
            if (state.creditsReserved > 0) {
              state = { ...state, ...settleCredit(state, action, now) };
            }
          } else if (quotaOf(state).remaining > 0) {
            state = { ...state, ...reserveCredit(state, now) };
          }
          assert.ok(state.creditsUsed + state.creditsReserved <= state.maxCredits);
        }
      }),
    );
  });
});
