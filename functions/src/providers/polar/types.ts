import { z } from 'zod';

/*
 * What Polar tells us, in our terms and without personal data: ids, times and states. Times are ISO 8601 in
 * UTC with six digits of a second's fraction, as finely as Polar gives them, so that their texts compare as
 * the times do.
 */

const timeSchema = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);

/** A customer of the seller's at Polar; `externalId` is the id of our user, where Polar was told. */
export const polarCustomerSchema = z.object({ id: z.string(), externalId: z.string().nullable() });
export type PolarCustomer = z.infer<typeof polarCustomerSchema>;

/** A subscription at one moment. */
export const subscriptionSchema = z.object({
  id: z.string(),
  productId: z.string(),
  /** Polar's word: "active", "past_due", "canceled" (which means ended) and others. */
  status: z.string(),
  currentPeriodEnd: timeSchema.nullable(),
  cancelAtPeriodEnd: z.boolean(),
  /** When Polar last changed it. */
  modifiedAt: timeSchema,
});
export type PolarSubscription = z.infer<typeof subscriptionSchema>;

/** An order that was paid once, for a subscription's beginning or renewal. */
export const orderSchema = z.object({
  id: z.string(),
  subscriptionId: z.string(),
  /** All of it was given back. */
  refunded: z.boolean(),
  createdAt: timeSchema,
  modifiedAt: timeSchema,
});
export type PolarOrder = z.infer<typeof orderSchema>;

const head = {
  /** Polar's name of the event. */
  type: z.string(),
  /** When Polar made the event. */
  timestamp: timeSchema,
};

/** An event, as far as it bears on what a customer has a right to. */
export const billingEventSchema = z.discriminatedUnion('kind', [
  z.object({
    ...head,
    kind: z.literal('subscription'),
    customer: polarCustomerSchema,
    subscription: subscriptionSchema,
  }),
  z.object({
    ...head,
    kind: z.literal('order'),
    customer: polarCustomerSchema,
    order: orderSchema,
    /** The order's subscription as it was then, where Polar told. */
    subscription: subscriptionSchema.nullable(),
  }),
  z.object({
    ...head,
    kind: z.literal('customerState'),
    customer: polarCustomerSchema,
    /** All that were active or past due; any other one of the customer's has ended. */
    subscriptions: z.array(subscriptionSchema),
  }),
  /** A checkout was paid; of the subscription it says no more than the id. */
  z.object({
    ...head,
    kind: z.literal('checkout'),
    customer: polarCustomerSchema,
    subscriptionId: z.string(),
  }),
  z.object({ ...head, kind: z.literal('other') }),
]);
export type BillingEvent = z.infer<typeof billingEventSchema>;
/** An event that bears on a customer. */
export type CustomerEvent = Exclude<BillingEvent, { kind: 'other' }>;

/** By which of its ids Polar is to find a customer. */
export type CustomerReference = { readonly id: string } | { readonly externalId: string };

/** A customer's state, as Polar answers it when asked. The address is for finding a user, and is not to be kept. */
export interface CustomerState {
  readonly customer: PolarCustomer;
  readonly email: string | null;
  readonly subscriptions: readonly PolarSubscription[];
}

export interface CheckoutRequest {
  readonly productId: string;
  readonly customer: CustomerReference;
  /** Fills the page's field in; null leaves it to the customer. */
  readonly email: string | null;
  /** Where the browser goes after the payment. */
  readonly successUrl: string;
  /** Where the page's way back leads. */
  readonly returnUrl: string;
}

/** Polar's API. Every method rejects with a PolarRefusal. */
export interface Polar {
  /** @returns the address of the page where the customer pays */
  createCheckout(request: CheckoutRequest): Promise<string>;
  /** @returns null where Polar has no such customer */
  customerState(reference: CustomerReference): Promise<CustomerState | null>;
  /** @returns the address of the portal, signed in; null where Polar has no such customer */
  customerPortal(reference: CustomerReference, returnUrl: string): Promise<string | null>;
  /** Ends a subscription at once; one that has ended already, or is unknown, is no error. */
  cancelSubscription(subscriptionId: string): Promise<void>;
}
