import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { paths } from '@quikthread/contract';
import type { PaidTier } from '@quikthread/contract';
import { z } from 'zod';
import { signatureHeaders } from '../../emulators/polar/webhooks.js';
import type { Session } from '../../scripts/platform/session.js';
import { PROJECT_ID } from '../../scripts/platform/workspace.js';
import { admin, eventually, ports } from './platform.js';

/** The secrets that webhooks are signed by here; the second is the one to rotate to. */
export const WEBHOOK_SECRET = 'local-polar-webhook-secret';
export const NEXT_WEBHOOK_SECRET = 'local-polar-webhook-secret-2';

const endpoint = `http://${ports.host('functions')}/${PROJECT_ID}/us-central1/polarWebhook`;
const control = `http://${ports.host('polar')}/_control`;

const eventSchema = z.object({
  type: z.string(),
  timestamp: z.string(),
  api_version: z.string(),
  data: z.record(z.string(), z.unknown()),
});
/** An event as Polar words it. */
export type PolarEvent = z.infer<typeof eventSchema>;

/** A customer of the stand-in's: known by our id, by an address, or both. */
export interface PolarCustomer {
  readonly externalId?: string;
  readonly email?: string;
}

const historySchema = z.object({
  customerId: z.string(),
  subscriptionId: z.string(),
  events: z.array(eventSchema),
});

/** Has a customer buy, cancel and so on at the stand-in; what it makes of it is answered, and sent unless `hold`. */
export async function atPolar(
  customer: PolarCustomer,
  steps: readonly string[],
  { hold = false } = {},
): Promise<z.infer<typeof historySchema>> {
  const body = JSON.stringify({ ...customer, steps, hold });
  const answer = await fetch(`${control}/actions`, { method: 'POST', body });
  assert.equal(answer.status, 200);
  return historySchema.parse(await answer.json());
}

/** Buys a plan on Polar's page, and waits until what Polar tells of it has put it into effect. */
export async function buyPlan({ client, userId }: Session, plan: PaidTier): Promise<void> {
  const { url } = await client.createCheckout({ plan });
  const paid = await fetch(`${url}?pay=1`, { redirect: 'manual' });
  assert.equal(paid.status, 303, await paid.text());
  // Not by `getProfile`: asking for it again and again would use up what a user may call.
  await eventually(async () => {
    const user = await admin().firestore.doc(paths.user(userId)).get();
    assert.equal(user.get('tier'), plan);
  }, 60);
}

/** How a webhook differs from what Polar itself would send. */
export interface Forgery {
  readonly id?: string;
  readonly secret?: string;
  /** How long ago it was signed. */
  readonly ageSeconds?: number;
  /** Headers instead of those that were signed. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A body instead of the one that was signed. */
  readonly body?: string;
}

/** Sends a body to the webhook as Polar would, or nearly so. @returns the status */
export async function sendWebhook(
  event: unknown,
  { id = randomUUID(), secret = WEBHOOK_SECRET, ageSeconds = 0, headers, body }: Forgery = {},
): Promise<number> {
  const signed = typeof event === 'string' ? event : JSON.stringify(event);
  const seconds = Math.floor(Date.now() / 1000) - ageSeconds;
  const signature = signatureHeaders(id, seconds, signed, secret);
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signature, ...headers },
    body: body ?? signed,
  });
  assert.equal(await answer.text(), '');
  return answer.status;
}

/** Sends webhooks one after the other, each of which is to be taken. @returns their ids */
export async function sendAll(
  events: readonly PolarEvent[],
  forgery: Forgery = {},
): Promise<string[]> {
  const ids: string[] = [];
  for (const event of events) {
    const id = forgery.id ?? randomUUID();
    assert.equal(await sendWebhook(event, { ...forgery, id }), 202);
    ids.push(id);
  }
  return ids;
}

/** The log of a webhook; null where there is none. */
export async function webhookLog(id: string): Promise<Record<string, unknown> | null> {
  return (await admin().firestore.doc(`webhook-logs/${id}`).get()).data() ?? null;
}

/** Waits until the work of webhooks is done. @returns their outcomes, in order */
export async function outcomesOf(ids: readonly string[], seconds = 40): Promise<unknown[]> {
  return eventually(async () => {
    const logs = await Promise.all(ids.map(webhookLog));
    const outcomes = logs.map((log) => log?.['outcome']);
    assert.ok(!outcomes.includes('received') && !outcomes.includes(undefined), outcomes.join());
    return outcomes;
  }, seconds);
}
