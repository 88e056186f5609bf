import { z } from 'zod';
import { WebhookRefusal } from './errors.js';
import type { BillingEvent, PolarOrder } from './types.js';
import { customerWords, polarTimeSchema, subscriptionWords } from './words.js';

/** A webhook as it came in. */
export interface IncomingWebhook {
  readonly rawBody: Uint8Array;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** A webhook that is Polar's. */
export interface VerifiedWebhook {
  /** The same over all deliveries of one event. */
  readonly webhookId: string;
  readonly event: BillingEvent;
}

/**
 * Checks a webhook's signature over its raw body (standardwebhooks.com), in constant time and with five minutes
 * of tolerance, by Polar's SDK, and reads the event. Any one of the secrets will do, which is how they rotate.
 * @throws WebhookRefusal
 */
export async function openWebhook(
  { rawBody, headers }: IncomingWebhook,
  secrets: readonly string[],
): Promise<VerifiedWebhook> {
  const signed = {
    'webhook-id': only(headers['webhook-id']),
    'webhook-timestamp': only(headers['webhook-timestamp']),
    'webhook-signature': only(headers['webhook-signature']),
  };
  for (const secret of secrets) {
    if (!(await isSignedBy(secret, rawBody, signed))) continue;
    return { webhookId: signed['webhook-id'], event: readEvent(parseJson(rawBody)) };
  }
  throw new WebhookRefusal('signature', 'no secret fits the signature, or it is too old');
}

function only(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}

async function isSignedBy(
  secret: string,
  rawBody: Uint8Array,
  headers: Record<string, string>,
): Promise<boolean> {
  const { webhooks } = await import('@polar-sh/sdk/2026-10');
  try {
    await webhooks.validateEvent(rawBody, headers, secret);
    return true;
  } catch (error) {
    if (error instanceof webhooks.PolarWebhookVerificationError) return false;
    // Signed, but no JSON, or of a type that this version of the SDK does not know: for us to judge.
    if (error instanceof webhooks.PolarWebhookError) return true;
    throw error;
  }
}

function parseJson(rawBody: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(rawBody));
  } catch {
    throw new WebhookRefusal('body', 'the body is no JSON');
  }
}

const envelope = z.object({
  type: z.string().regex(/^[a-z_]+\.[a-z_]+$/),
  timestamp: polarTimeSchema,
  data: z.record(z.string(), z.unknown()),
});

/** Orders that were paid once. */
const PAID = ['paid', 'refunded', 'partially_refunded'];
/** What a refund takes away is a period of the subscription, not the difference of an upgrade. */
const FOR_A_PERIOD = ['purchase', 'subscription_create', 'subscription_cycle'];

const subscriptionEvent = subscriptionWords.and(z.object({ customer: customerWords }));
const orderEvent = z.object({
  id: z.string().min(1),
  status: z.string(),
  billing_reason: z.string(),
  subscription_id: z.string().nullish(),
  created_at: polarTimeSchema,
  modified_at: polarTimeSchema.nullish(),
  customer: customerWords,
  subscription: subscriptionWords.nullish(),
});
const stateEvent = customerWords.and(
  z.object({ active_subscriptions: z.array(subscriptionWords) }),
);
const checkoutEvent = z.object({
  status: z.string(),
  customer_id: z.string().nullish(),
  external_customer_id: z.string().nullish(),
  subscription_id: z.string().nullish(),
});

/**
 * An event of Polar's in our terms; `kind: 'other'` where it has no bearing on a plan.
 * @throws WebhookRefusal where it is none, naming the fields that are off without their values
 */
export function readEvent(body: unknown): BillingEvent {
  const { type, timestamp, data } = read(envelope, body);
  const head = { type, timestamp };
  if (type === 'customer.deleted') {
    const customer = read(customerWords, data);
    return { ...head, kind: 'customerState', customer, subscriptions: [] };
  }
  if (type === 'customer.state_changed') {
    const { id, externalId, active_subscriptions: subscriptions } = read(stateEvent, data);
    return { ...head, kind: 'customerState', customer: { id, externalId }, subscriptions };
  }
  switch (type.split('.')[0]) {
    case 'subscription': {
      const { customer, ...subscription } = read(subscriptionEvent, data);
      return { ...head, kind: 'subscription', customer, subscription };
    }
    case 'order':
      return orderOf(head, read(orderEvent, data));
    case 'checkout':
      return checkoutOf(head, read(checkoutEvent, data));
    default:
      return { ...head, kind: 'other' };
  }
}

type Head = Pick<BillingEvent, 'type' | 'timestamp'>;

function orderOf(head: Head, words: z.output<typeof orderEvent>): BillingEvent {
  const { subscription_id: subscriptionId, customer, subscription } = words;
  const counts = PAID.includes(words.status) && FOR_A_PERIOD.includes(words.billing_reason);
  if (typeof subscriptionId !== 'string' || !counts) return { ...head, kind: 'other' };
  const order: PolarOrder = {
    id: words.id,
    subscriptionId,
    refunded: words.status === 'refunded',
    createdAt: words.created_at,
    modifiedAt: words.modified_at ?? words.created_at,
  };
  return { ...head, kind: 'order', customer, order, subscription: subscription ?? null };
}

function checkoutOf(head: Head, words: z.output<typeof checkoutEvent>): BillingEvent {
  const { customer_id: id, subscription_id: subscriptionId } = words;
  if (words.status !== 'succeeded' || !id || !subscriptionId) return { ...head, kind: 'other' };
  const customer = { id, externalId: words.external_customer_id ?? null };
  return { ...head, kind: 'checkout', customer, subscriptionId };
}

function read<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map(({ path }) => path.join('.') || 'body');
  throw new WebhookRefusal('body', `no event of Polar's: ${fields.join(', ')}`);
}
