import type { QuikThreadClient } from '@quikthread/client';
import type { PaidTier } from '@quikthread/contract';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ports } from '../platform/ports.js';
import { DemoRefused } from './refused.js';

/** A webhook and the task behind it, on a platform that has just started. */
const PATIENCE_MS = 60_000;
/** Each look is a call, of which a user has a hundred in 15 minutes. */
const LOOK_EVERY_MS = 1_000;

/**
 * Buys a plan on the Polar stand-in, as a front end and a browser would, and waits until it is in effect.
 * @throws DemoRefused where Polar itself would be paid, or the payment makes no difference
 */
export async function buyPlan(
  ports: Ports,
  client: QuikThreadClient,
  plan: PaidTier,
): Promise<void> {
  const page = new URL((await client.createCheckout({ plan })).url);
  if (page.host !== ports.host('polar')) {
    throw new DemoRefused(`The demo buys from the Polar stand-in only, and not from ${page.host}.`);
  }
  page.searchParams.set('pay', '1');
  await fetch(page, { redirect: 'manual' });
  const deadline = Date.now() + PATIENCE_MS;
  while ((await client.getProfile()).tier !== plan) {
    if (Date.now() > deadline)
      throw new DemoRefused(`The ${plan} plan was paid, but is not there.`);
    await sleep(LOOK_EVERY_MS);
  }
}
