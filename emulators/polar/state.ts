import { randomBytes, randomUUID } from 'node:crypto';
import { Clock } from './clock.js';

export interface Customer {
  readonly id: string;
  readonly externalId: string | null;
  readonly email: string;
  readonly createdAt: string;
}

/** Times are ISO 8601, as Polar gives them. */
export interface Subscription {
  readonly id: string;
  readonly customerId: string;
  readonly checkoutId: string | null;
  readonly createdAt: string;
  modifiedAt: string | null;
  productId: string;
  status: 'incomplete' | 'active' | 'past_due' | 'canceled' | 'paused';
  currentPeriodStart: string;
  currentPeriodEnd: string;
  cancelAtPeriodEnd: boolean;
  canceledAt: string | null;
  startedAt: string | null;
  endedAt: string | null;
  pastDueAt: string | null;
  pausedAt: string | null;
}

export type BillingReason = 'subscription_create' | 'subscription_cycle' | 'subscription_update';

/** Amounts are in cents. */
export interface Order {
  readonly id: string;
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly checkoutId: string | null;
  readonly productId: string;
  readonly billingReason: BillingReason;
  readonly amount: number;
  readonly createdAt: string;
  modifiedAt: string | null;
  status: 'pending' | 'paid' | 'refunded' | 'partially_refunded';
  refundedAmount: number;
}

export interface Checkout {
  readonly id: string;
  readonly clientSecret: string;
  readonly products: readonly string[];
  readonly externalCustomerId: string | null;
  readonly customerEmail: string | null;
  readonly successUrl: string | null;
  readonly returnUrl: string | null;
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
  readonly createdAt: string;
  customerId: string | null;
  modifiedAt: string | null;
  status: 'open' | 'succeeded';
  subscriptionId: string | null;
}

export interface CustomerSession {
  readonly id: string;
  readonly token: string;
  readonly customerId: string;
  readonly returnUrl: string | null;
  readonly createdAt: string;
}

/** Everything that the stand-in knows, in memory. */
export class PolarState {
  readonly clock = new Clock();
  readonly customers = new Map<string, Customer>();
  readonly subscriptions = new Map<string, Subscription>();
  readonly orders = new Map<string, Order>();
  /** By client secret. */
  readonly checkouts = new Map<string, Checkout>();
  /** By token. */
  readonly sessions = new Map<string, CustomerSession>();

  reset(): void {
    this.clock.reset();
    for (const map of [this.customers, this.subscriptions, this.orders]) map.clear();
    this.checkouts.clear();
    this.sessions.clear();
  }

  customerOf({ externalId, email }: { externalId?: string | null; email?: string | null }) {
    return [...this.customers.values()].find((customer) =>
      typeof externalId === 'string'
        ? customer.externalId === externalId
        : customer.email === email?.toLowerCase(),
    );
  }

  addCustomer(externalId: string | null, email: string): Customer {
    const createdAt = this.clock.now();
    const customer = { id: randomUUID(), externalId, email: email.toLowerCase(), createdAt };
    this.customers.set(customer.id, customer);
    return customer;
  }

  /** Newest first. */
  subscriptionsOf(customerId: string): Subscription[] {
    const all = [...this.subscriptions.values()].reverse();
    return all.filter((subscription) => subscription.customerId === customerId);
  }

  /** Those that Polar's customer state lists: Polar counts past-due ones among the active. */
  activeSubscriptionsOf(customerId: string): Subscription[] {
    const active = ['active', 'past_due'];
    return this.subscriptionsOf(customerId).filter(({ status }) => active.includes(status));
  }

  /** Newest first. */
  ordersOf(subscriptionId: string): Order[] {
    const all = [...this.orders.values()].reverse();
    return all.filter((order) => order.subscriptionId === subscriptionId);
  }

  addCheckout(wanted: Pick<Checkout, 'products' | 'metadata'> & Partial<Checkout>): Checkout {
    const checkout: Checkout = {
      externalCustomerId: null,
      customerEmail: null,
      successUrl: null,
      returnUrl: null,
      customerId: null,
      ...wanted,
      id: randomUUID(),
      clientSecret: `polar_c_${randomBytes(16).toString('hex')}`,
      createdAt: this.clock.now(),
      modifiedAt: null,
      status: 'open',
      subscriptionId: null,
    };
    this.checkouts.set(checkout.clientSecret, checkout);
    return checkout;
  }

  addSession(customerId: string, returnUrl: string | null): CustomerSession {
    const session = {
      id: randomUUID(),
      token: `polar_cst_${randomBytes(16).toString('hex')}`,
      customerId,
      returnUrl,
      createdAt: this.clock.now(),
    };
    this.sessions.set(session.token, session);
    return session;
  }
}
