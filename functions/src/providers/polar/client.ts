import { z } from 'zod';
import type { Retry } from '../../platform/errors.js';
import { errorCodeOnly, traced } from '../http.js';
import { PolarRefusal } from './errors.js';
import type { CustomerReference, CustomerState, Polar } from './types.js';
import { customerWords, subscriptionWords } from './words.js';

export interface PolarOptions {
  readonly accessToken: string;
  readonly baseUrl: string;
  /** Default 10: a caller waits for the answer. */
  readonly timeoutSeconds?: number;
}

const DEFAULT_TIMEOUT_SECONDS = 10;

const checkoutAnswer = z.object({ url: z.url() });
const sessionAnswer = z.object({ customer_portal_url: z.url() });
const stateAnswer = z.intersection(
  customerWords,
  z.object({ email: z.string().nullish(), active_subscriptions: z.array(subscriptionWords) }),
);

/**
 * Polar's API by its own SDK (polar.sh/docs/api-reference). Never retries by itself; rejects with a PolarRefusal,
 * which holds no token and nothing of an answer but its error's name.
 */
export function createPolarClient(options: PolarOptions): Polar {
  const sdk = async () => {
    const { createPolar } = await import('@polar-sh/sdk/2026-10');
    const { accessToken, baseUrl, timeoutSeconds: timeout = DEFAULT_TIMEOUT_SECONDS } = options;
    return createPolar({ accessToken, baseUrl, timeout });
  };
  return {
    async createCheckout({ productId, customer, email, successUrl, returnUrl }) {
      const answer = await ask(async () =>
        (await sdk()).checkouts.create({
          products: [productId],
          ...byCustomer(customer),
          ...(email !== null && { customer_email: email }),
          success_url: successUrl,
          return_url: returnUrl,
        }),
      );
      return read(checkoutAnswer, answer).url;
    },
    async customerState(reference) {
      const answer = await ask(async () => {
        const { customers } = await sdk();
        return 'id' in reference
          ? customers.getState(reference.id)
          : customers.getStateExternal(reference.externalId);
      }, [404]);
      return answer === null ? null : toState(read(stateAnswer, answer));
    },
    async customerPortal(reference, returnUrl) {
      // An unknown customer is a 422 here, as is nothing else that can be wrong with this request.
      const answer = await ask(async () => {
        const session = { ...byCustomer(reference), return_url: returnUrl };
        return (await sdk()).customerSessions.create(session);
      }, [404, 422]);
      return answer === null ? null : read(sessionAnswer, answer).customer_portal_url;
    },
    async cancelSubscription(subscriptionId) {
      // Polar answers 403 where the subscription has ended.
      await ask(async () => (await sdk()).subscriptions.revoke(subscriptionId), [403, 404]);
    },
  };
}

function byCustomer(reference: CustomerReference) {
  return 'id' in reference
    ? { customer_id: reference.id }
    : { external_customer_id: reference.externalId };
}

function toState(answer: z.output<typeof stateAnswer>): CustomerState {
  const { id, externalId, email, active_subscriptions: subscriptions } = answer;
  return { customer: { id, externalId }, email: email ?? null, subscriptions };
}

/**
 * Runs a call; null where it was answered with one of the statuses that are no error here.
 * @throws PolarRefusal
 */
async function ask<T>(call: () => Promise<T>, expected: readonly number[] = []): Promise<T | null> {
  try {
    return await traced('polar', call);
  } catch (error) {
    const status = statusOf(error);
    if (status !== null && expected.includes(status)) return null;
    throw refusal(error, status);
  }
}

const clientError = z.object({
  statusCode: z.number(),
  retryAfter: z.number().nullish(),
  error: z.unknown(),
});
const namedError = z.object({ error: z.string() });

function statusOf(error: unknown): number | null {
  return clientError.safeParse(error).data?.statusCode ?? null;
}

/** What an error of the SDK's means: those of 5xx, the network and time-outs carry no status. */
function refusal(error: unknown, status: number | null): PolarRefusal {
  if (status === null) {
    const name = error instanceof Error ? error.name : 'error';
    return new PolarRefusal(`no usable answer, ${errorCodeOnly(name)}`, 'later');
  }
  const { data } = clientError.safeParse(error);
  const name = errorCodeOnly(namedError.safeParse(data?.error).data?.error);
  return new PolarRefusal(`status ${status}, ${name}`, retryOf(status, data?.retryAfter));
}

function retryOf(status: number, retryAfter: number | null | undefined): Retry {
  if (status === 429)
    return typeof retryAfter === 'number' ? { afterSeconds: retryAfter } : 'later';
  // A refused token or product is the operator's to mend.
  return 'never';
}

function read<S extends z.ZodType>(schema: S, answer: unknown): z.output<S> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.map(({ path }) => path.join('.'));
  throw new PolarRefusal(`an answer of another shape: ${paths.join(', ')}`, 'later');
}
