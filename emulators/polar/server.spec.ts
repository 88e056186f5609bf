import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { StandIn } from '../http/server.js';
import { startPolar } from './server.js';

const SECRET = 'polar_whs_spec';

interface Received {
  headers: IncomingHttpHeaders;
  body: string;
  event: { type: string; timestamp: string; data: Record<string, unknown> };
}

describe('Polar stand-in', () => {
  let standIn: StandIn;
  let receiver: Server;
  const received: Received[] = [];
  /** What the receiver answers next; 202 where nothing is left. */
  const answers: number[] = [];

  before(async () => {
    receiver = createServer((request, response) => {
      void text(request).then((body) => {
        const event = JSON.parse(body) as Received['event'];
        received.push({ headers: request.headers, body, event });
        response.writeHead(answers.shift() ?? 202).end();
      });
    });
    await once(receiver.listen(0, '127.0.0.1'), 'listening');
    const { port } = receiver.address() as AddressInfo;
    const webhook = { url: `http://127.0.0.1:${port}/hook`, secret: SECRET };
    standIn = await startPolar({ port: 0, webhook, retryDelaysMs: [5, 5] });
  });
  after(async () => {
    await standIn.stop();
    receiver.close();
  });
  afterEach(async () => {
    await fetch(`${standIn.url}/_control`, { method: 'DELETE' });
    received.length = 0;
    answers.length = 0;
  });

  const api = (method: string, path: string, body?: unknown, token = 'local-polar-token') =>
    fetch(`${standIn.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const control = async (path: string, body: unknown) => {
    const init = { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${standIn.url}/_control/${path}`, init);
    const content: unknown = answer.status === 204 ? null : await answer.json();
    return { status: answer.status, body: content };
  };
  const deliveriesSchema = z.object({
    pending: z.number(),
    deliveries: z.array(
      z.object({ id: z.string(), attempts: z.array(z.number().nullable()), state: z.string() }),
    ),
  });
  /** Waits until nothing is on its way any more. */
  async function settled() {
    for (;;) {
      const answer = await fetch(`${standIn.url}/_control/deliveries`);
      const { pending, deliveries } = deliveriesSchema.parse(await answer.json());
      if (pending === 0) return deliveries;
      await sleep(5);
    }
  }
  async function openCheckout(body: Record<string, unknown> = {}) {
    const wanted = { products: ['prod_pro'], external_customer_id: 'u1', ...body };
    const answer = await api('POST', '/v1/checkouts/', wanted);
    assert.equal(answer.status, 201);
    return z.object({ id: z.string(), url: z.url() }).parse(await answer.json());
  }
  const stateOf = async (externalId: string) => {
    const answer = await api('GET', `/v1/customers/external/${externalId}/state`);
    assert.equal(answer.status, 200);
    const subscription = z.object({ id: z.string(), product_id: z.string(), status: z.string() });
    const schema = z.object({ id: z.string(), active_subscriptions: z.array(subscription) });
    return schema.parse(await answer.json());
  };

  it('sells a subscription: a page, a payment, a redirect, events, the customer’s state', async () => {
    const success = 'http://localhost:5173/done?checkout={CHECKOUT_ID}';
    const { id, url } = await openCheckout({ success_url: success });
    const page = await fetch(url);
    assert.match(page.headers.get('content-type') ?? '', /text\/html/);
    assert.match(await page.text(), /\$19\.00 a month/);
    const paid = await fetch(`${url}?pay=1&email=a@b.test`, { redirect: 'manual' });
    assert.equal(paid.status, 303);
    assert.equal(paid.headers.get('location'), `http://localhost:5173/done?checkout=${id}`);
    await settled();
    assert.deepEqual(
      received.map(({ event }) => event.type),
      [
        'customer.created',
        'order.created',
        'subscription.created',
        'checkout.updated',
        'subscription.active',
        'subscription.updated',
        'customer.state_changed',
        'order.paid',
        'order.updated',
      ],
    );
    const { active_subscriptions: subscriptions } = await stateOf('u1');
    assert.deepEqual(
      subscriptions.map(({ product_id, status }) => [product_id, status]),
      [['prod_pro', 'active']],
    );
    await fetch(`${url}?pay=1`, { redirect: 'manual' });
    assert.equal((await stateOf('u1')).active_subscriptions.length, 1, 'paid twice');
  });

  it('signs each body with the whole secret, over id, time and body', async () => {
    await control('actions', { externalId: 'u1', steps: ['buy:prod_pro'] });
    await settled();
    for (const { headers, body } of received) {
      const id = String(headers['webhook-id']);
      const content = `${id}.${String(headers['webhook-timestamp'])}.${body}`;
      const signature = createHmac('sha256', SECRET).update(content).digest('base64');
      assert.equal(headers['webhook-signature'], `v1,${signature}`);
      assert.ok(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000) < 60);
    }
    assert.equal(new Set(received.map(({ headers }) => headers['webhook-id'])).size, 9);
  });

  it('sends again what was not taken, under the same id, until it gives up', async () => {
    answers.push(500, 302, 202);
    const event = { type: 'order.paid', timestamp: '2026-11-21T00:00:00Z', data: {} };
    await control('histories', { events: [{ event }] });
    const [taken] = await settled();
    assert.deepEqual([taken?.attempts, taken?.state], [[500, 302, 202], 'delivered']);
    assert.equal(new Set(received.map(({ headers }) => headers['webhook-id'])).size, 1);
    answers.push(500, 500, 500);
    await control('histories', { events: [{ event }] });
    assert.equal((await settled()).at(-1)?.state, 'failed');
  });

  it('plays events in any order, more than once, late, and signed by another secret', async () => {
    const made = await control('actions', {
      externalId: 'u1',
      steps: ['buy:prod_pro', 'cancel'],
      hold: true,
    });
    assert.equal(received.length, 0);
    const { events } = z.object({ events: z.array(z.unknown()) }).parse(made.body);
    const [first, second] = events.slice(-3);
    await control('histories', {
      events: [
        { event: first, delayMs: 500 },
        { event: second, times: 2, secret: 'other', signedAt: '2020-01-01T00:00:00Z' },
      ],
    });
    await settled();
    const types = received.map(({ event }) => event.type);
    assert.equal(types[0], 'subscription.updated');
    assert.deepEqual(types.sort(), [
      'subscription.canceled',
      'subscription.updated',
      'subscription.updated',
    ]);
    const [a, b] = received.filter(({ event }) => event.type === 'subscription.updated');
    assert.equal(a?.headers['webhook-id'], b?.headers['webhook-id']);
    assert.equal(a?.headers['webhook-timestamp'], String(Date.UTC(2020, 0) / 1000));
  });

  it('gives a portal where a subscription can be canceled, changed, refunded and revoked', async () => {
    const { url } = await openCheckout();
    await fetch(`${url}?pay=1`, { redirect: 'manual' });
    const answer = await api('POST', '/v1/customer-sessions/', { external_customer_id: 'u1' });
    assert.equal(answer.status, 201);
    const { customer_portal_url: portal } = z
      .object({ customer_portal_url: z.url() })
      .parse(await answer.json());
    const [subscription] = (await stateOf('u1')).active_subscriptions;
    const press = async (action: string, product = '') => {
      const body = new URLSearchParams({ subscription: subscription?.id ?? '', action, product });
      return (await fetch(portal, { method: 'POST', body, redirect: 'manual' })).status;
    };
    assert.equal(await press('cancel'), 303);
    assert.match(await (await fetch(portal)).text(), /active, ends \d{4}/);
    assert.equal(await press('uncancel'), 303);
    assert.equal(await press('change', 'prod_business'), 303);
    assert.equal((await stateOf('u1')).active_subscriptions[0]?.product_id, 'prod_business');
    assert.equal(await press('change', 'prod_gold'), 409);
    assert.equal(await press('refund'), 303);
    assert.equal(await press('revoke'), 303);
    assert.equal(await press('cancel'), 409);
    assert.deepEqual((await stateOf('u1')).active_subscriptions, []);
  });

  it('ends a subscription by the API once', async () => {
    await control('actions', { externalId: 'u1', steps: ['buy:prod_pro'] });
    const [subscription] = (await stateOf('u1')).active_subscriptions;
    const path = `/v1/subscriptions/${subscription?.id ?? ''}`;
    assert.equal((await api('DELETE', path)).status, 200);
    const again = await api('DELETE', path);
    assert.equal(again.status, 403);
    assert.match(await again.text(), /AlreadyCanceledSubscription/);
    assert.equal((await api('DELETE', '/v1/subscriptions/none')).status, 404);
  });

  it('refuses as Polar does: tokens, customers and products that it does not know', async () => {
    const unauthorized = await api('GET', '/v1/customers/external/u1/state', undefined, 'wrong');
    assert.equal(unauthorized.status, 401);
    assert.match(await unauthorized.text(), /invalid_token/);
    assert.equal((await api('GET', '/v1/customers/external/u1/state')).status, 404);
    const nobody = await api('POST', '/v1/customer-sessions/', { external_customer_id: 'u1' });
    assert.equal(nobody.status, 422);
    assert.match(await nobody.text(), /Customer does not exist/);
    const gold = await api('POST', '/v1/checkouts/', { products: ['prod_gold'] });
    assert.equal(gold.status, 422);
    assert.equal((await control('actions', { steps: ['fly'] })).status, 400);
    assert.equal((await control('actions', { steps: ['cancel'] })).status, 409);
  });

  it('renews by the period, and ends what was canceled when its period ends', async () => {
    await control('actions', { externalId: 'u1', steps: ['buy:prod_pro', 'cycle'] });
    assert.equal((await stateOf('u1')).active_subscriptions.length, 1);
    await control('actions', { externalId: 'u1', steps: ['cancel', 'cycle'] });
    assert.equal((await stateOf('u1')).active_subscriptions.length, 0);
    await settled();
    assert.equal(received.filter(({ event }) => event.type === 'subscription.cycled').length, 1);
    assert.equal(received.filter(({ event }) => event.type === 'subscription.revoked').length, 1);
  });

  it('keeps no address and no token in its journal', async () => {
    const { url } = await openCheckout({ customer_email: 'someone@b.test' });
    await (await fetch(url)).text();
    const journal = await (await fetch(`${standIn.url}/_control/requests`)).text();
    assert.ok(journal.includes('prod_pro'));
    assert.doesNotMatch(journal, /someone|local-polar-token/);
  });
});
