import { productNamed } from './products.js';
import type { Product } from './products.js';
import type {
  Checkout,
  Customer,
  CustomerSession,
  Order,
  PolarState,
  Subscription,
} from './state.js';

/*
 * JSON as Polar's API and webhooks have it (polar.sh/docs/api-reference, version 2026-10): names and nesting
 * of every field that says something here; what this stand-in has no use for is null or empty.
 */

const ORGANIZATION_ID = '00000000-0000-4000-8000-000000000001';

export function customerBody(customer: Customer) {
  return {
    id: customer.id,
    created_at: customer.createdAt,
    modified_at: null,
    metadata: {},
    external_id: customer.externalId,
    email: customer.email,
    email_verified: true,
    type: 'individual',
    name: null,
    billing_name: null,
    billing_address: null,
    tax_id: null,
    organization_id: ORGANIZATION_ID,
    deleted_at: null,
    first_user_event_at: null,
    avatar_url: null,
  };
}

function productBody(product: Product) {
  return {
    id: product.id,
    created_at: '2026-01-01T00:00:00Z',
    modified_at: null,
    name: product.name,
    description: null,
    recurring_interval: product.interval,
    recurring_interval_count: 1,
    is_recurring: true,
    is_archived: false,
    organization_id: ORGANIZATION_ID,
    metadata: {},
    prices: [],
    benefits: [],
    medias: [],
  };
}

function product(id: string): Product {
  const found = productNamed(id);
  if (!found) throw new Error(`there is no product ${id}`);
  return found;
}

/** The fields that a subscription has wherever it stands. */
function plainSubscription(subscription: Subscription) {
  const { amount, interval } = product(subscription.productId);
  const { cancelAtPeriodEnd, currentPeriodEnd, endedAt } = subscription;
  return {
    created_at: subscription.createdAt,
    modified_at: subscription.modifiedAt,
    id: subscription.id,
    amount,
    currency: 'usd',
    recurring_interval: interval,
    recurring_interval_count: 1,
    status: subscription.status,
    current_period_start: subscription.currentPeriodStart,
    current_period_end: currentPeriodEnd,
    trial_start: null,
    trial_end: null,
    cancel_at_period_end: cancelAtPeriodEnd,
    canceled_at: subscription.canceledAt,
    started_at: subscription.startedAt,
    ends_at: endedAt ?? (cancelAtPeriodEnd ? currentPeriodEnd : null),
    product_id: subscription.productId,
    discount_id: null,
    seats: null,
    units: null,
    metadata: {},
    custom_field_data: {},
  };
}

function wholeSubscription(subscription: Subscription) {
  return {
    ...plainSubscription(subscription),
    ended_at: subscription.endedAt,
    past_due_at: subscription.pastDueAt,
    pause_at_period_end: false,
    paused_at: subscription.pausedAt,
    resumes_at: null,
    current_meter_period_start: null,
    current_meter_period_end: null,
    customer_id: subscription.customerId,
    checkout_id: subscription.checkoutId,
    customer_cancellation_reason: null,
    customer_cancellation_comment: null,
  };
}

export function subscriptionBody(state: PolarState, subscription: Subscription) {
  return {
    ...wholeSubscription(subscription),
    customer: customerBody(customerOf(state, subscription.customerId)),
    product: productBody(product(subscription.productId)),
    discount: null,
    prices: [],
    meters: [],
    pending_update: null,
  };
}

export function orderBody(state: PolarState, order: Order) {
  const subscription = state.subscriptions.get(order.subscriptionId);
  return {
    id: order.id,
    created_at: order.createdAt,
    modified_at: order.modifiedAt,
    status: order.status,
    paid: order.status !== 'pending',
    subtotal_amount: order.amount,
    discount_amount: 0,
    net_amount: order.amount,
    tax_amount: 0,
    total_amount: order.amount,
    applied_balance_amount: 0,
    due_amount: order.amount,
    refunded_amount: order.refundedAmount,
    refunded_tax_amount: 0,
    refundable_amount: order.amount - order.refundedAmount,
    refundable_tax_amount: 0,
    currency: 'usd',
    billing_reason: order.billingReason,
    billing_name: null,
    billing_address: null,
    invoice_number: null,
    is_invoice_generated: false,
    receipt_number: null,
    customer_id: order.customerId,
    product_id: order.productId,
    discount_id: null,
    subscription_id: order.subscriptionId,
    checkout_id: order.checkoutId,
    metadata: {},
    platform_fee_amount: 0,
    platform_fee_currency: null,
    customer: customerBody(customerOf(state, order.customerId)),
    product: productBody(product(order.productId)),
    discount: null,
    subscription: subscription ? wholeSubscription(subscription) : null,
    items: [],
    description: product(order.productId).name,
  };
}

export function customerStateBody(state: PolarState, customer: Customer) {
  return {
    ...customerBody(customer),
    active_subscriptions: state.activeSubscriptionsOf(customer.id).map((subscription) => ({
      ...plainSubscription(subscription),
      meters: [],
    })),
    granted_benefits: [],
    active_meters: [],
  };
}

/** @param origin where the checkout's page is */
export function checkoutBody(checkout: Checkout, origin: string) {
  const [first = ''] = checkout.products;
  const { amount } = product(first);
  return {
    id: checkout.id,
    created_at: checkout.createdAt,
    modified_at: checkout.modifiedAt,
    payment_processor: 'stripe',
    status: checkout.status,
    client_secret: checkout.clientSecret,
    url: `${origin}/checkout/${checkout.clientSecret}`,
    expires_at: new Date(Date.parse(checkout.createdAt) + 3600_000).toISOString(),
    success_url: checkout.successUrl ?? `${origin}/checkout/${checkout.clientSecret}/confirmation`,
    return_url: checkout.returnUrl,
    embed_origin: null,
    amount,
    discount_amount: 0,
    net_amount: amount,
    tax_amount: null,
    total_amount: amount,
    currency: 'usd',
    organization_id: ORGANIZATION_ID,
    product_id: first,
    products: checkout.products.map((id) => productBody(product(id))),
    product: productBody(product(first)),
    customer_id: checkout.customerId,
    customer_name: null,
    customer_email: checkout.customerEmail,
    external_customer_id: checkout.externalCustomerId,
    subscription_id: checkout.subscriptionId,
    metadata: checkout.metadata,
    customer_metadata: {},
  };
}

export function sessionBody(state: PolarState, session: CustomerSession, origin: string) {
  return {
    created_at: session.createdAt,
    modified_at: null,
    id: session.id,
    token: session.token,
    expires_at: new Date(Date.parse(session.createdAt) + 3600_000).toISOString(),
    return_url: session.returnUrl,
    customer_portal_url: `${origin}/portal?customer_session_token=${session.token}`,
    customer_id: session.customerId,
    customer: customerBody(customerOf(state, session.customerId)),
  };
}

export function refundBody(order: Order, id: string, amount: number, createdAt: string) {
  return {
    created_at: createdAt,
    modified_at: null,
    id,
    metadata: {},
    status: 'succeeded',
    reason: 'customer_request',
    amount,
    tax_amount: 0,
    currency: 'usd',
    organization_id: ORGANIZATION_ID,
    order_id: order.id,
    subscription_id: order.subscriptionId,
    customer_id: order.customerId,
    revoke_benefits: false,
    dispute: null,
  };
}

function customerOf(state: PolarState, id: string): Customer {
  const customer = state.customers.get(id);
  if (!customer) throw new Error(`there is no customer ${id}`);
  return customer;
}
