import { randomUUID } from 'node:crypto';
import {
  checkoutBody,
  customerBody,
  customerStateBody,
  orderBody,
  refundBody,
  subscriptionBody,
} from './bodies.js';
import { periodAfter } from './clock.js';
import { productNamed } from './products.js';
import type { BillingReason, Checkout, Order, PolarState, Subscription } from './state.js';

/** An event as Polar words it in a webhook's body. */
export interface PolarEvent {
  type: string;
  timestamp: string;
  api_version: '2026-10';
  data: unknown;
}

/** Something that cannot be done, for whoever asked. */
export class ActionError extends Error {}

/** What may happen to a subscription. `change` names a product. */
export const ACTIONS = [
  'cancel',
  'uncancel',
  'change',
  'past_due',
  'recover',
  'cycle',
  'pause',
  'resume',
  'revoke',
  'refund',
  'refund_part',
] as const;
export type Action = (typeof ACTIONS)[number];

function event(state: PolarState, type: string, data: unknown): PolarEvent {
  return { type, timestamp: state.clock.now(), api_version: '2026-10', data };
}

/**
 * Pays an open checkout: customer, subscription and order come about.
 * @returns the events in the order in which Polar makes them
 */
export function payCheckout(
  state: PolarState,
  checkout: Checkout,
  email: string,
  origin: string,
): PolarEvent[] {
  const productId = checkout.products[0] ?? '';
  const known =
    (checkout.customerId === null ? undefined : state.customers.get(checkout.customerId)) ??
    (checkout.externalCustomerId === null
      ? state.customerOf({ email })
      : state.customerOf({ externalId: checkout.externalCustomerId }));
  const customer = known ?? state.addCustomer(checkout.externalCustomerId, email);
  const events = known ? [] : [event(state, 'customer.created', customerBody(customer))];
  const subscription = subscribe(state, customer.id, productId, checkout.id);
  const order = addOrder(state, subscription, 'subscription_create', checkout.id);
  events.push(event(state, 'order.created', orderBody(state, order)));
  events.push(event(state, 'subscription.created', subscriptionBody(state, subscription)));
  Object.assign(checkout, {
    status: 'succeeded',
    customerId: customer.id,
    subscriptionId: subscription.id,
    modifiedAt: state.clock.now(),
  });
  events.push(event(state, 'checkout.updated', checkoutBody(checkout, origin)));
  subscription.status = 'active';
  events.push(...changed(state, subscription, 'subscription.active'), ...paid(state, order));
  return events;
}

function subscribe(
  state: PolarState,
  customerId: string,
  productId: string,
  checkoutId: string | null,
): Subscription {
  const createdAt = state.clock.now();
  const subscription: Subscription = {
    id: randomUUID(),
    customerId,
    checkoutId,
    productId,
    createdAt,
    modifiedAt: null,
    status: 'incomplete',
    currentPeriodStart: createdAt,
    currentPeriodEnd: periodAfter(createdAt, productNamed(productId)?.interval ?? 'month'),
    cancelAtPeriodEnd: false,
    canceledAt: null,
    startedAt: createdAt,
    endedAt: null,
    pastDueAt: null,
    pausedAt: null,
  };
  state.subscriptions.set(subscription.id, subscription);
  return subscription;
}

function addOrder(
  state: PolarState,
  subscription: Subscription,
  billingReason: BillingReason,
  checkoutId: string | null = null,
): Order {
  const order: Order = {
    id: randomUUID(),
    customerId: subscription.customerId,
    subscriptionId: subscription.id,
    checkoutId,
    productId: subscription.productId,
    billingReason,
    amount: productNamed(subscription.productId)?.amount ?? 0,
    createdAt: state.clock.now(),
    modifiedAt: null,
    status: 'pending',
    refundedAmount: 0,
  };
  state.orders.set(order.id, order);
  return order;
}

function paid(state: PolarState, order: Order): PolarEvent[] {
  order.status = 'paid';
  order.modifiedAt = state.clock.now();
  return [
    event(state, 'order.paid', orderBody(state, order)),
    event(state, 'order.updated', orderBody(state, order)),
  ];
}

/** A subscription was changed: its own event, the general one, and the customer's new state. */
function changed(state: PolarState, subscription: Subscription, type: string): PolarEvent[] {
  subscription.modifiedAt = state.clock.now();
  const customer = state.customers.get(subscription.customerId);
  return [
    event(state, type, subscriptionBody(state, subscription)),
    event(state, 'subscription.updated', subscriptionBody(state, subscription)),
    ...(customer
      ? [event(state, 'customer.state_changed', customerStateBody(state, customer))]
      : []),
  ];
}

/**
 * Does something to a subscription. @returns the events of it
 * @throws ActionError where the subscription's status does not allow it
 */
export function act(
  state: PolarState,
  subscription: Subscription,
  action: Action,
  productId?: string,
): PolarEvent[] {
  if (action === 'refund' || action === 'refund_part') {
    return refund(state, subscription, action === 'refund');
  }
  if (subscription.status === 'canceled') throw new ActionError('the subscription has ended');
  const now = state.clock.now();
  switch (action) {
    case 'cancel':
      Object.assign(subscription, { cancelAtPeriodEnd: true, canceledAt: now });
      return changed(state, subscription, 'subscription.canceled');
    case 'uncancel':
      Object.assign(subscription, { cancelAtPeriodEnd: false, canceledAt: null });
      return changed(state, subscription, 'subscription.uncanceled');
    case 'change':
      return change(state, subscription, productId ?? '');
    case 'past_due':
      Object.assign(subscription, { status: 'past_due', pastDueAt: now });
      return changed(state, subscription, 'subscription.past_due');
    case 'recover':
      Object.assign(subscription, { status: 'active', pastDueAt: null });
      return changed(state, subscription, 'subscription.active');
    case 'cycle':
      return cycle(state, subscription);
    case 'pause':
      Object.assign(subscription, { status: 'paused', pausedAt: now });
      return changed(state, subscription, 'subscription.paused');
    case 'resume':
      Object.assign(subscription, { status: 'active', pausedAt: null });
      return changed(state, subscription, 'subscription.resumed');
    case 'revoke':
      Object.assign(subscription, { status: 'canceled', canceledAt: now, endedAt: now });
      return changed(state, subscription, 'subscription.revoked');
  }
}

function change(state: PolarState, subscription: Subscription, productId: string): PolarEvent[] {
  if (!productNamed(productId)) throw new ActionError(`there is no product "${productId}"`);
  subscription.productId = productId;
  const order = addOrder(state, subscription, 'subscription_update');
  // The general event alone tells of a change of product.
  const [, ...events] = changed(state, subscription, 'subscription.updated');
  return [...events, event(state, 'order.created', orderBody(state, order)), ...paid(state, order)];
}

function cycle(state: PolarState, subscription: Subscription): PolarEvent[] {
  if (subscription.cancelAtPeriodEnd) return act(state, subscription, 'revoke');
  const interval = productNamed(subscription.productId)?.interval ?? 'month';
  subscription.currentPeriodStart = subscription.currentPeriodEnd;
  subscription.currentPeriodEnd = periodAfter(subscription.currentPeriodEnd, interval);
  const events = changed(state, subscription, 'subscription.cycled');
  const order = addOrder(state, subscription, 'subscription_cycle');
  const created = event(state, 'order.created', orderBody(state, order));
  return [...events, created, ...paid(state, order)];
}

/** Gives back all of the newest order that was paid, or half of it. The subscription itself goes on. */
function refund(state: PolarState, subscription: Subscription, whole: boolean): PolarEvent[] {
  const order = state.ordersOf(subscription.id).find(({ status }) => status === 'paid');
  if (!order) throw new ActionError('there is no paid order to refund');
  order.refundedAmount = whole ? order.amount : Math.floor(order.amount / 2);
  order.status = whole ? 'refunded' : 'partially_refunded';
  order.modifiedAt = state.clock.now();
  const body = refundBody(order, randomUUID(), order.refundedAmount, order.modifiedAt);
  return [
    event(state, 'refund.created', body),
    event(state, 'order.refunded', orderBody(state, order)),
    event(state, 'order.updated', orderBody(state, order)),
  ];
}
