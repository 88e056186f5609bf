import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PolarEvent } from './actions.js';

/** Where webhooks go, and the secret that signs them. */
export interface Endpoint {
  readonly url: string;
  readonly secret: string;
}

/** One event on its way to the endpoint. */
export interface Delivery {
  /** The `webhook-id`, the same over all attempts. */
  readonly id: string;
  readonly type: string;
  /** HTTP statuses, null for no answer, oldest first. */
  readonly attempts: (number | null)[];
  state: 'pending' | 'delivered' | 'failed';
}

/** How an event is to be sent, where not as usual. */
export interface Sending {
  readonly id?: string | undefined;
  /** Signs with this instead of the endpoint's secret. */
  readonly secret?: string | undefined;
  /** ISO 8601: the time that the signature claims. */
  readonly signedAt?: string | undefined;
}

/** Polar tries ten times over about half an hour; here the waits are short. */
const RETRY_DELAYS_MS = [100, 200, 400, 800, 1000, 1000, 2000, 2000, 2000] as const;
/** Polar waits this long for an answer (polar.sh/docs/integrate/webhooks/delivery). */
const ANSWER_LIMIT_MS = 10_000;

/**
 * Standard Webhooks headers for a body. The key is the UTF-8 bytes of the whole secret, as Polar has it.
 * @param seconds since the epoch
 */
export function signatureHeaders(
  id: string,
  seconds: number,
  body: string,
  secret: string,
): Record<string, string> {
  const content = `${id}.${seconds}.${body}`;
  const signature = createHmac('sha256', secret).update(content).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature}`,
  };
}

/** Sends events to the endpoint, first attempts one after the other, retries beside them. */
export class Webhooks {
  private readonly all: Delivery[] = [];
  private queue: Promise<void> = Promise.resolve();
  private abort = new AbortController();

  constructor(
    public endpoint: Endpoint | null,
    private readonly retryDelaysMs: readonly number[] = RETRY_DELAYS_MS,
  ) {}

  get deliveries(): readonly Delivery[] {
    return this.all;
  }

  /** Nothing is sent where no endpoint is known. */
  send(event: PolarEvent, sending: Sending = {}, delayMs = 0): void {
    const { endpoint, abort } = this;
    if (!endpoint) return;
    const { id = randomUUID() } = sending;
    const delivery: Delivery = { id, type: event.type, attempts: [], state: 'pending' };
    this.all.push(delivery);
    const first = () => this.attempt(endpoint, event, delivery, sending, abort.signal);
    const retries = () => this.retry(first, delivery, abort.signal);
    if (delayMs > 0) {
      void sleep(delayMs, null, { signal: abort.signal }).then(first).then(retries).catch(ended);
      return;
    }
    this.queue = this.queue.then(first);
    void this.queue.then(retries).catch(ended);
  }

  /** Forgets all deliveries and lets those on their way go. */
  reset(): void {
    this.abort.abort();
    this.abort = new AbortController();
    this.all.length = 0;
  }

  private async retry(
    attempt: () => Promise<void>,
    delivery: Delivery,
    signal: AbortSignal,
  ): Promise<void> {
    for (const delayMs of this.retryDelaysMs) {
      if (delivery.state === 'delivered') return;
      await sleep(delayMs, null, { signal });
      await attempt();
    }
    if (delivery.state === 'pending') delivery.state = 'failed';
  }

  private async attempt(
    endpoint: Endpoint,
    event: PolarEvent,
    delivery: Delivery,
    { secret = endpoint.secret, signedAt }: Sending,
    signal: AbortSignal,
  ): Promise<void> {
    const body = JSON.stringify(event);
    const seconds = Math.floor((signedAt === undefined ? Date.now() : Date.parse(signedAt)) / 1000);
    const headers = signatureHeaders(delivery.id, seconds, body, secret);
    const status = await fetch(endpoint.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'polar.sh webhooks',
        ...headers,
      },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]),
    }).then(
      async (response) => {
        await response.body?.cancel();
        return response.status;
      },
      () => null,
    );
    delivery.attempts.push(status);
    if (status !== null && status >= 200 && status < 300) delivery.state = 'delivered';
  }
}

/** A wait that a reset ended. */
function ended(): void {
  return undefined;
}
