import assert from 'node:assert/strict';
import type { Tier } from '@quikthread/contract';
import fc from 'fast-check';
import type { CustomerEvent, PolarOrder, PolarSubscription } from '../../providers/polar/types.js';
import { applyEvent, isAmbiguous, mergeStates } from './applyEvent.js';
import { planOf } from './plan.js';
import { customersOf, emptyState } from './state.js';
import type { BillingState } from './state.js';

const plans = { prod_pro: 'pro', prod_business: 'business' } as const;
const PERIOD_SECONDS = 30 * 24 * 3600;
const ACTIONS = [
  'cancel',
  'uncancel',
  'change',
  'past_due',
  'recover',
  'cycle',
  'revoke',
  'refund',
] as const;

/** `buy` begins another subscription; the others befall one of those that live. */
type Step =
  | { readonly action: 'buy'; readonly business: boolean }
  | { readonly action: (typeof ACTIONS)[number]; readonly which: number };

const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({ action: fc.constant('buy' as const), business: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ action: fc.constantFrom(...ACTIONS), which: fc.nat(3) }) },
);
/** More than any user has. */
const MOST_SUBSCRIPTIONS = 4;

/** `seconds` as Polar writes times; a second's fraction of its own keeps times of one second apart. */
const time = (seconds: number, microseconds = 0) =>
  new Date(Date.UTC(2026, 0) + seconds * 1000)
    .toISOString()
    .replace(/\d{3}Z$/, `${String(microseconds).padStart(6, '0')}Z`);

type Live = { -readonly [Field in keyof PolarSubscription]: PolarSubscription[Field] } & {
  endSeconds: number;
  newestOrder: PolarOrder | null;
};

/** A Polar of one customer: what is true there, and every event that it made. */
class SimulatedPolar {
  readonly events: CustomerEvent[] = [];
  private readonly all: Live[] = [];
  private seconds = 0;
  private ids = 0;

  constructor(private readonly customer = { id: 'c1', externalId: 'u1' }) {}

  run(steps: readonly Step[]): this {
    for (const step of steps) {
      this.seconds += 60;
      if (step.action === 'buy') this.buy(step.business ? 'prod_business' : 'prod_pro');
      else this.befall(step.action, step.which);
    }
    return this;
  }

  /** The plan that these subscriptions give a right to at a time, from what is true alone. */
  tierAt(seconds: number): Tier {
    const good = this.all.filter(
      ({ status, cancelAtPeriodEnd, endSeconds, newestOrder }) =>
        ['active', 'past_due'].includes(status) &&
        (!cancelAtPeriodEnd || seconds < endSeconds) &&
        !newestOrder?.refunded,
    );
    if (good.some(({ productId }) => productId === 'prod_business')) return 'business';
    return good.length > 0 ? 'pro' : 'free';
  }

  get now(): number {
    return this.seconds;
  }

  private buy(productId: string): void {
    if (this.all.length === MOST_SUBSCRIPTIONS) return;
    const endSeconds = this.seconds + PERIOD_SECONDS;
    const subscription: Live = {
      id: `s${(this.ids += 1)}`,
      productId,
      status: 'incomplete',
      currentPeriodEnd: time(endSeconds),
      cancelAtPeriodEnd: false,
      modifiedAt: time(this.seconds),
      endSeconds,
      newestOrder: null,
    };
    this.all.push(subscription);
    this.tell('subscription.created', subscription);
    subscription.status = 'active';
    this.changed('subscription.active', subscription);
    this.charge(subscription);
  }

  private befall(action: (typeof ACTIONS)[number], which: number): void {
    const living = this.all.filter(({ status }) => status !== 'canceled');
    const subscription = living[which % Math.max(1, living.length)];
    if (!subscription) return;
    switch (action) {
      case 'cancel':
      case 'uncancel':
        subscription.cancelAtPeriodEnd = action === 'cancel';
        this.changed(`subscription.${action}ed`, subscription);
        return;
      case 'change':
        subscription.productId =
          subscription.productId === 'prod_pro' ? 'prod_business' : 'prod_pro';
        this.changed('subscription.updated', subscription);
        return;
      case 'past_due':
      case 'recover':
        subscription.status = action === 'recover' ? 'active' : action;
        this.changed('subscription.updated', subscription);
        return;
      case 'cycle':
        this.cycle(subscription);
        return;
      case 'revoke':
        subscription.status = 'canceled';
        this.changed('subscription.revoked', subscription);
        return;
      case 'refund':
        this.refund(subscription);
        return;
    }
  }

  private cycle(subscription: Live): void {
    this.seconds = Math.max(this.seconds, subscription.endSeconds);
    if (subscription.cancelAtPeriodEnd) {
      subscription.status = 'canceled';
      this.changed('subscription.revoked', subscription);
      return;
    }
    subscription.endSeconds += PERIOD_SECONDS;
    subscription.currentPeriodEnd = time(subscription.endSeconds);
    this.changed('subscription.cycled', subscription);
    this.charge(subscription);
  }

  private charge(subscription: Live): void {
    const at = time(this.seconds, this.events.length + 1);
    const id = `o${(this.ids += 1)}`;
    const { id: subscriptionId } = subscription;
    const order = { id, subscriptionId, refunded: false, createdAt: at, modifiedAt: at };
    subscription.newestOrder = order;
    this.tellOrder('order.paid', order, subscription);
  }

  private refund(subscription: Live): void {
    const { newestOrder } = subscription;
    if (!newestOrder) return;
    const modifiedAt = time(this.seconds, this.events.length + 1);
    subscription.newestOrder = { ...newestOrder, refunded: true, modifiedAt };
    this.tellOrder('order.refunded', subscription.newestOrder, subscription);
  }

  private changed(type: string, subscription: Live): void {
    subscription.modifiedAt = time(this.seconds, this.events.length + 1);
    this.tell(type, subscription);
    this.tell('subscription.updated', subscription);
    const subscriptions = this.all
      .filter(({ status }) => ['active', 'past_due'].includes(status))
      .map(plain);
    const head = this.head('customer.state_changed');
    this.events.push({ ...head, kind: 'customerState', subscriptions });
  }

  private tell(type: string, subscription: Live): void {
    const head = this.head(type);
    this.events.push({ ...head, kind: 'subscription', subscription: plain(subscription) });
  }

  private tellOrder(type: string, order: PolarOrder, subscription: Live): void {
    const head = this.head(type);
    this.events.push({ ...head, kind: 'order', order, subscription: plain(subscription) });
  }

  private head(type: string) {
    const timestamp = time(this.seconds, this.events.length + 500);
    return { type, timestamp, customer: this.customer };
  }
}

function plain(live: Live): PolarSubscription {
  const { id, productId, status, currentPeriodEnd, cancelAtPeriodEnd, modifiedAt } = live;
  return { id, productId, status, currentPeriodEnd, cancelAtPeriodEnd, modifiedAt };
}

const fold = (events: readonly CustomerEvent[]): BillingState =>
  events.reduce(applyEvent, emptyState);
const tierOf = (state: BillingState, seconds: number): Tier =>
  planOf(state, new Date(Date.UTC(2026, 0) + seconds * 1000), plans).tier;

const steps = fc.array(stepArbitrary, { maxLength: 25 });
/** How long after the last event the plan is looked at. */
const wait = fc.integer({ min: 1, max: 2 * PERIOD_SECONDS });

describe('histories of subscriptions', () => {
  it('end in the plan that Polar has, told in order', () => {
    fc.assert(
      fc.property(steps, wait, (history, seconds) => {
        const polar = new SimulatedPolar().run(history);
        const at = polar.now + seconds;
        assert.equal(tierOf(fold(polar.events), at), polar.tierAt(at));
      }),
      { numRuns: 500 },
    );
  });

  it('end in the same state in any order, with any duplicates', () => {
    const told = steps.chain((history) => {
      const polar = new SimulatedPolar().run(history);
      const { events } = polar;
      return fc.record({
        polar: fc.constant(polar),
        shuffled: fc.shuffledSubarray(events, { minLength: events.length }),
        again: fc.shuffledSubarray(events),
        late: fc.boolean(),
      });
    });
    fc.assert(
      fc.property(told, wait, ({ polar, shuffled, again, late }, seconds) => {
        const at = polar.now + seconds;
        const delivered = late ? [...shuffled, ...again] : [...again, ...shuffled];
        const state = fold(delivered);
        assert.deepEqual(state, fold(polar.events));
        assert.equal(tierOf(state, at), polar.tierAt(at));
      }),
      { numRuns: 500 },
    );
  });

  it('end in the plan that Polar has, whatever was lost, once Polar lists what is active', () => {
    const told = steps.chain((history) => {
      const polar = new SimulatedPolar().run(history.filter(({ action }) => action !== 'refund'));
      const last = polar.events.findLastIndex(({ kind }) => kind === 'customerState');
      return fc.record({
        polar: fc.constant(polar),
        arrived: fc.shuffledSubarray(polar.events.slice(0, Math.max(0, last))),
        list: fc.constant(polar.events.slice(Math.max(0, last))),
      });
    });
    fc.assert(
      fc.property(told, wait, ({ polar, arrived, list }, seconds) => {
        const at = polar.now + seconds;
        assert.equal(tierOf(fold([...list, ...arrived]), at), polar.tierAt(at));
      }),
      { numRuns: 500 },
    );
  });

  it('of two customers who are one user come together in either order', () => {
    fc.assert(
      fc.property(steps, steps, (one, other) => {
        const a = fold(new SimulatedPolar().run(one).events);
        const b = fold(new SimulatedPolar({ id: 'c2', externalId: 'u1' }).run(other).events);
        assert.deepEqual(mergeStates(a, b), mergeStates(b, a));
        assert.ok(customersOf(mergeStates(a, b)).length <= 2);
      }),
    );
  });
});

describe('an event', () => {
  const subscription: PolarSubscription = {
    id: 's1',
    productId: 'prod_pro',
    status: 'active',
    currentPeriodEnd: time(PERIOD_SECONDS),
    cancelAtPeriodEnd: false,
    modifiedAt: time(10),
  };
  const customer = { id: 'c1', externalId: null };
  const told = (changes: Partial<PolarSubscription>): CustomerEvent => ({
    type: 'subscription.updated',
    timestamp: time(20),
    kind: 'subscription',
    customer,
    subscription: { ...subscription, ...changes },
  });

  it('is ambiguous where it contradicts another of the same moment, and only there', () => {
    const state = fold([told({})]);
    assert.equal(isAmbiguous(state, told({ status: 'canceled' })), true);
    assert.equal(isAmbiguous(state, told({})), false);
    assert.equal(isAmbiguous(state, told({ status: 'canceled', modifiedAt: time(11) })), false);
    assert.equal(isAmbiguous(emptyState, told({})), false);
  });

  it('of a paid checkout is ambiguous while its subscription is unknown', () => {
    const paid = (subscriptionId: string): CustomerEvent => ({
      type: 'checkout.updated',
      timestamp: time(20),
      kind: 'checkout',
      customer,
      subscriptionId,
    });
    assert.equal(isAmbiguous(emptyState, paid('s1')), true);
    assert.equal(isAmbiguous(fold([told({})]), paid('s1')), false);
  });

  it('late by a microsecond changes nothing', () => {
    const state = fold([told({ status: 'canceled', modifiedAt: time(10, 2) })]);
    assert.equal(tierOf(applyEvent(state, told({ modifiedAt: time(10, 1) })), 20), 'free');
  });

  it('of a plan that ends or renews says when to look again', () => {
    const check = (changes: Partial<PolarSubscription>) =>
      planOf(fold([told(changes)]), new Date(Date.UTC(2026, 0)), plans).checkAt?.toISOString();
    assert.equal(check({ cancelAtPeriodEnd: true }), '2026-01-31T00:00:00.000Z');
    assert.equal(check({}), '2026-02-03T00:00:00.000Z');
    assert.equal(check({ status: 'canceled' }), undefined);
    assert.equal(check({ currentPeriodEnd: null }), undefined);
  });

  for (const [name, changes] of Object.entries({
    'an unknown product': { productId: 'prod_mug' },
    'an unknown status': { status: 'contemplating' },
    'one that is paused': { status: 'paused' },
    'one that is unpaid': { status: 'unpaid' },
    'one that is incomplete': { status: 'incomplete' },
  })) {
    it(`of ${name} gives no plan`, () => {
      assert.equal(tierOf(fold([told(changes)]), 20), 'free');
    });
  }
});
