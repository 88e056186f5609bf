import { z } from 'zod';
import type { Answer } from '../http/exchange.js';
import type { ControlCall } from '../http/server.js';
import { act, ActionError, ACTIONS, payCheckout } from './actions.js';
import type { Action, PolarEvent } from './actions.js';
import { productNamed } from './products.js';
import type { Customer, PolarState } from './state.js';
import type { Webhooks } from './webhooks.js';

const endpointSchema = z.strictObject({ url: z.url(), secret: z.string().min(1) });
const clockSchema = z.strictObject({ advanceSeconds: z.number().nonnegative() });

/** `buy:prod_pro`, `change:prod_business`, or one of the other actions. */
const stepSchema = z.string().transform((text, context) => {
  const [name = '', productId] = text.split(':');
  const action = name === 'buy' ? ('buy' as const) : ACTIONS.find((known) => known === name);
  const wantsProduct = action === 'buy' || action === 'change';
  if (!action || (wantsProduct ? !productNamed(productId ?? '') : productId !== undefined)) {
    context.addIssue({ code: 'custom', message: `"${text}" is no step` });
    return z.NEVER;
  }
  return { action, productId: productId ?? '' };
});

const actionsSchema = z.strictObject({
  externalId: z.string().min(1).nullable().default(null),
  email: z.email().default('customer@example.com'),
  steps: z.array(stepSchema).min(1),
  /** Answers the events and sends none of them. */
  hold: z.boolean().default(false),
});

const eventSchema = z.strictObject({
  type: z.string(),
  timestamp: z.string(),
  api_version: z.literal('2026-10').default('2026-10'),
  data: z.unknown(),
});

const historySchema = z.strictObject({
  events: z.array(
    z.strictObject({
      event: eventSchema,
      /** How often it is sent, under the same `webhook-id`. */
      times: z.int().positive().default(1),
      /** Waits this long, while those behind it go ahead. */
      delayMs: z.int().nonnegative().default(0),
      id: z.string().optional(),
      secret: z.string().optional(),
      signedAt: z.iso.datetime().optional(),
    }),
  ),
});

/**
 * The control routes of Polar's own:
 *
 * - `POST /_control/webhook {url, secret}`: where webhooks go from now on;
 * - `GET /_control/deliveries`: `{pending, deliveries: [{id, type, attempts, state}]}`;
 * - `POST /_control/actions {externalId, email, steps: ['buy:prod_pro', 'cancel', …], hold}`: does that as one
 *   customer, to their newest subscription; answers `{customerId, subscriptionId, events}`;
 * - `POST /_control/histories {events: [{event, times, delayMs, id, secret, signedAt}]}`: sends events in this
 *   order, answers `{queued}`;
 * - `POST /_control/clock {advanceSeconds}`: moves the time ahead, answers `{now}`.
 */
export function answerControl(
  state: PolarState,
  webhooks: Webhooks,
  { method, path, body }: ControlCall,
): Answer | undefined {
  switch (`${method} ${path}`) {
    case 'POST /webhook':
      webhooks.endpoint = endpointSchema.parse(body);
      return { status: 204, body: null };
    case 'GET /deliveries': {
      const { deliveries } = webhooks;
      const pending = deliveries.filter((delivery) => delivery.state === 'pending').length;
      return { status: 200, body: { pending, deliveries } };
    }
    case 'POST /actions':
      return runActions(state, webhooks, body);
    case 'POST /histories':
      return sendHistory(webhooks, body);
    case 'POST /clock':
      state.clock.advance(clockSchema.parse(body).advanceSeconds);
      return { status: 200, body: { now: state.clock.now() } };
    default:
      return undefined;
  }
}

function runActions(state: PolarState, webhooks: Webhooks, body: unknown): Answer {
  const { externalId, email, steps, hold } = actionsSchema.parse(body);
  const events: PolarEvent[] = [];
  try {
    for (const step of steps) events.push(...runStep(state, { externalId, email }, step));
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return { status: 409, body: { error: error.message } };
  }
  if (!hold) for (const event of events) webhooks.send(event);
  const customer = state.customerOf({ externalId, email });
  const [newest] = customer ? state.subscriptionsOf(customer.id) : [];
  const ids = { customerId: customer?.id ?? null, subscriptionId: newest?.id ?? null };
  return { status: 200, body: { ...ids, events } };
}

function runStep(
  state: PolarState,
  who: Pick<Customer, 'externalId' | 'email'>,
  { action, productId }: { action: Action | 'buy'; productId: string },
): PolarEvent[] {
  if (action === 'buy') {
    const wanted = { products: [productId], metadata: {}, externalCustomerId: who.externalId };
    return payCheckout(state, state.addCheckout(wanted), who.email, 'http://polar.invalid');
  }
  const customer = state.customerOf(who);
  const [newest] = customer ? state.subscriptionsOf(customer.id) : [];
  if (!newest) throw new ActionError('there is no subscription');
  return act(state, newest, action, productId);
}

function sendHistory(webhooks: Webhooks, body: unknown): Answer {
  const { events } = historySchema.parse(body);
  let queued = 0;
  for (const { event, times, delayMs, id = crypto.randomUUID(), ...sending } of events) {
    for (let time = 0; time < times; time += 1) {
      webhooks.send({ ...event, data: event.data }, { ...sending, id }, delayMs);
      queued += 1;
    }
  }
  return { status: 202, body: { queued } };
}
