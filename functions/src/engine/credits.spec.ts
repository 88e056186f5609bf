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

describe('the months of an account, by the calendar in UTC', () => {
  const timeZone = process.env['TZ'];
  afterEach(() => {
    if (timeZone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = timeZone;
  });

  it('begin on the first, however long the one before was', () => {
    const firsts = ['2027-02-01', '2027-03-01', '2027-04-01'].map((day) => `${day}T00:00:00.000Z`);
    let current: Account = {
      ...account,
      resetDate: nextResetDate(new Date('2027-01-31T23:59:59Z')),
    };
    for (const first of firsts) {
      assert.equal(current.resetDate.toISOString(), first);
      const before = new Date(current.resetDate.getTime() - 1);
      assert.equal(currentAccount(current, before), current);
      current = currentAccount(current, current.resetDate);
    }
    const leapDay = new Date('2028-02-29T12:00:00Z');
    assert.equal(nextResetDate(leapDay).toISOString(), '2028-03-01T00:00:00.000Z');
  });

  /** What happens to an account as time goes by: it is looked at, or a job begins or ends. */
  const events = fc.array(
    fc.record({
      afterMs: fc.oneof(fc.nat(3_600_000), fc.nat(100 * 24 * 3_600_000)),
      what: fc.constantFrom('look', 'reserve', 'use', 'return'),
      zone: fc.constantFrom('UTC', 'Pacific/Kiritimati', 'America/Los_Angeles', 'Asia/Kolkata'),
    }),
    { maxLength: 60 },
  );
  const starts = fc.date({
    min: new Date('2026-01-01T00:00:00Z'),
    max: new Date('2030-01-01T00:00:00Z'),
    noInvalidDate: true,
  });

  it('reset what is used once each, and nothing else, wherever the clock hangs', () => {
    fc.assert(
      fc.property(starts, events, (start, happenings) => {
        let clock = start;
        let month = start.toISOString().slice(0, 7);
        let [used, reserved] = [0, 0];
        let current: Account = { ...account, maxCredits: 1000, resetDate: nextResetDate(start) };
        for (const { afterMs, what, zone } of happenings) {
          process.env['TZ'] = zone;
          clock = new Date(clock.getTime() + afterMs);
          const thisMonth = clock.toISOString().slice(0, 7);
          if (thisMonth !== month) used = 0;
          month = thisMonth;
          if (what === 'reserve') {
            current = { ...current, ...reserveCredit(current, clock) };
            reserved += 1;
          } else if (what !== 'look' && reserved > 0) {
            const settlement = what === 'use' ? 'used' : 'returned';
            current = { ...current, ...settleCredit(current, settlement, clock) };
            reserved -= 1;
            used += what === 'use' ? 1 : 0;
          } else {
            current = currentAccount(current, clock);
          }
          assert.deepEqual([current.creditsUsed, current.creditsReserved], [used, reserved]);
          assert.equal(current.resetDate.toISOString(), firstAfter(month));
          assert.equal(currentAccount(current, clock), current);
        }
      }),
    );
  });

  /** The first instant of the month after this one, given as `2026-11`. */
  function firstAfter(month: string): string {
    const [year = 0, number = 0] = month.split('-').map(Number);
    const next = number === 12 ? [year + 1, 1] : [year, number + 1];
    return `${next[0]}-${String(next[1]).padStart(2, '0')}-01T00:00:00.000Z`;
  }
});
