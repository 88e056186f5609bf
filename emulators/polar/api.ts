import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { Answer, Exchange } from '../http/exchange.js';
import { act, ActionError } from './actions.js';
import type { PolarEvent } from './actions.js';
import { checkoutBody, customerStateBody, sessionBody, subscriptionBody } from './bodies.js';
import { invalidField, notFound, polarError, unauthorized } from './errors.js';
import { productNamed } from './products.js';
import type { Customer, PolarState } from './state.js';

/** Organization access tokens begin so; the other is the one of a local platform. */
const TOKEN = /^Bearer (polar_oat_\w+|local-polar-token)$/;

const checkoutSchema = z.object({
  products: z.array(z.string()).min(1),
  customer_id: z.string().nullish(),
  external_customer_id: z.string().nullish(),
  customer_email: z.email().nullish(),
  success_url: z.url().nullish(),
  return_url: z.url().nullish(),
  metadata: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

const sessionSchema = z.object({
  customer_id: z.string().nullish(),
  external_customer_id: z.string().nullish(),
  return_url: z.url().nullish(),
});

/** What a call of the API works with. */
export interface ApiCall {
  readonly state: PolarState;
  /** Where the pages are. */
  readonly origin: string;
  /** Sends what came of it. */
  readonly emit: (events: readonly PolarEvent[]) => void;
}

/** Polar's API under `/v1/`, as far as a seller of subscriptions needs it. */
export async function answerApi(call: ApiCall, exchange: Exchange<never>): Promise<Answer> {
  const { request, url } = exchange;
  const content = await text(request);
  if (!TOKEN.test(request.headers.authorization ?? '')) return unauthorized;
  const body = parseJson(content);
  exchange.note({ body: summary(body) });
  await exchange.takeFault(content);
  const path = url.pathname.replace(/\/$/, '');
  const [, customerId] = /^\/v1\/customers\/([^/]+)\/state$/.exec(path) ?? [];
  const [, externalId] = /^\/v1\/customers\/external\/([^/]+)\/state$/.exec(path) ?? [];
  const [, subscriptionId] = /^\/v1\/subscriptions\/([^/]+)$/.exec(path) ?? [];
  const { method } = request;
  if (method === 'POST' && path === '/v1/checkouts') return createCheckout(call, body);
  if (method === 'POST' && path === '/v1/customer-sessions') return createSession(call, body);
  if (method === 'DELETE' && subscriptionId) return revoke(call, subscriptionId);
  if (method !== 'GET') return notFound;
  const { state } = call;
  if (customerId) return stateAnswer(state, state.customers.get(decodeURIComponent(customerId)));
  if (externalId) {
    return stateAnswer(state, state.customerOf({ externalId: decodeURIComponent(externalId) }));
  }
  return notFound;
}

/** What the journal keeps of a body: no address. */
function summary(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return null;
  return { ...body, ...('customer_email' in body && { customer_email: '…' }) };
}

function stateAnswer(state: PolarState, customer: Customer | undefined): Answer {
  return customer ? { status: 200, body: customerStateBody(state, customer) } : notFound;
}

function createCheckout({ state, origin }: ApiCall, body: unknown): Answer {
  const parsed = checkoutSchema.safeParse(body);
  if (!parsed.success) return firstProblem(parsed.error);
  const wanted = parsed.data;
  const unknown = wanted.products.find((id) => !productNamed(id));
  if (unknown !== undefined) {
    return invalidField('products', `Product does not exist: ${unknown}`, unknown);
  }
  const { customer_id: customerId } = wanted;
  if (typeof customerId === 'string' && !state.customers.has(customerId)) {
    return invalidField('customer_id', 'Customer does not exist.', customerId);
  }
  const checkout = state.addCheckout({
    products: wanted.products,
    metadata: wanted.metadata,
    customerId: customerId ?? null,
    externalCustomerId: wanted.external_customer_id ?? null,
    customerEmail: wanted.customer_email ?? null,
    successUrl: wanted.success_url ?? null,
    returnUrl: wanted.return_url ?? null,
  });
  return { status: 201, body: checkoutBody(checkout, origin) };
}

function createSession({ state, origin }: ApiCall, body: unknown): Answer {
  const parsed = sessionSchema.safeParse(body);
  if (!parsed.success) return firstProblem(parsed.error);
  const { customer_id: id, external_customer_id: externalId, return_url: returnUrl } = parsed.data;
  const customer =
    typeof id === 'string'
      ? state.customers.get(id)
      : typeof externalId === 'string'
        ? state.customerOf({ externalId })
        : undefined;
  if (!customer) {
    const field = typeof id === 'string' ? 'customer_id' : 'external_customer_id';
    return invalidField(field, 'Customer does not exist.', id ?? externalId ?? null);
  }
  const session = state.addSession(customer.id, returnUrl ?? null);
  return { status: 201, body: sessionBody(state, session, origin) };
}

function revoke({ state, emit }: ApiCall, id: string): Answer {
  const subscription = state.subscriptions.get(id);
  if (!subscription) return notFound;
  try {
    emit(act(state, subscription, 'revoke'));
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    const detail = 'This subscription is already canceled or will be at the end of the period.';
    return polarError(403, 'AlreadyCanceledSubscription', detail);
  }
  return { status: 200, body: subscriptionBody(state, subscription) };
}

function firstProblem(error: z.ZodError): Answer {
  const [issue] = error.issues;
  return invalidField(issue?.path.join('.') ?? '', issue?.message ?? 'invalid', null);
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
