import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { WebhookRefusal } from './errors.js';
import { openWebhook, readEvent } from './webhook.js';

const SECRET = 'polar_whs_an-own-secret';
const timestamp = '2026-11-21T12:00:00.123456Z';

const customer = { id: 'c1', external_id: 'u1', email: 'someone@example.com' };
const subscription = {
  id: 's1',
  product_id: 'prod_pro',
  status: 'active',
  current_period_end: '2026-12-21T10:00:00+02:00',
  cancel_at_period_end: false,
  created_at: '2026-11-21T10:00:00Z',
  modified_at: '2026-11-21T11:00:00.25Z',
};
const read = {
  id: 's1',
  productId: 'prod_pro',
  status: 'active',
  currentPeriodEnd: '2026-12-21T08:00:00.000000Z',
  cancelAtPeriodEnd: false,
  modifiedAt: '2026-11-21T11:00:00.250000Z',
};
const order = {
  id: 'o1',
  status: 'paid',
  billing_reason: 'subscription_cycle',
  subscription_id: 's1',
  created_at: '2026-11-21T10:00:00Z',
  modified_at: null,
  customer,
  subscription,
};

const event = (type: string, data: unknown) => ({ type, timestamp, api_version: '2026-10', data });
const active = event('subscription.active', { ...subscription, customer });

/** A webhook as Polar signs it: the key is the whole secret's bytes. */
function signed(body: string, secret = SECRET, ageSeconds = 0) {
  const seconds = String(Math.floor(Date.now() / 1000) - ageSeconds);
  const content = `w1.${seconds}.${body}`;
  const signature = createHmac('sha256', secret).update(content).digest('base64');
  const headers = {
    'webhook-id': 'w1',
    'webhook-timestamp': seconds,
    'webhook-signature': `v1,${signature}`,
  };
  return { rawBody: Buffer.from(body), headers };
}

const refusedFor = (reason: WebhookRefusal['reason']) => (error: unknown) => {
  assert.ok(error instanceof WebhookRefusal, String(error));
  assert.equal(error.reason, reason);
  assert.doesNotMatch(error.message, /someone@|polar_whs/);
  return true;
};

describe('a webhook of Polar’s', () => {
  const body = JSON.stringify(active);

  it('is opened by any one of the secrets', async () => {
    for (const secrets of [[SECRET], ['another', SECRET], [SECRET, 'another']]) {
      const { webhookId, event: opened } = await openWebhook(signed(body), secrets);
      assert.equal(webhookId, 'w1');
      assert.equal(opened.kind, 'subscription');
    }
  });

  it('is opened by a secret as Standard Webhooks have it, too', async () => {
    const key = Buffer.from('0123456789abcdef0123456789abcdef');
    const { rawBody, headers } = signed(body);
    const content = `w1.${headers['webhook-timestamp']}.${body}`;
    const signature = createHmac('sha256', key).update(content).digest('base64');
    const webhook = { rawBody, headers: { ...headers, 'webhook-signature': `v1,${signature}` } };
    await openWebhook(webhook, [`whsec_${key.toString('base64')}`]);
  });

  it('is refused with a wrong secret, none, a changed body, or past its time', async () => {
    const changed = { ...signed(body), rawBody: Buffer.from(`${body} `) };
    for (const [webhook, secrets] of [
      [signed(body), ['another']],
      [signed(body), []],
      [changed, [SECRET]],
      [signed(body, SECRET, 301), [SECRET]],
      [signed(body, SECRET, -310), [SECRET]],
      [{ rawBody: Buffer.from(body), headers: {} }, [SECRET]],
    ] as const) {
      await assert.rejects(openWebhook(webhook, secrets), refusedFor('signature'));
    }
  });

  it('is refused where its body is no event, whatever it is signed by', async () => {
    for (const text of ['', 'null', '[]', '{"type":"order.paid"}']) {
      await assert.rejects(openWebhook(signed(text), [SECRET]), refusedFor('body'));
    }
  });
});

describe('an event of Polar’s', () => {
  const head = { timestamp };

  it('tells of a subscription, without the address', () => {
    assert.deepEqual(readEvent(active), {
      ...head,
      type: 'subscription.active',
      kind: 'subscription',
      customer: { id: 'c1', externalId: 'u1' },
      subscription: read,
    });
  });

  it('tells of an order that was paid, and of one refunded as a whole', () => {
    const refunded = (status: string) => {
      const found = readEvent(event('order.updated', { ...order, status }));
      return found.kind === 'order' ? found.order.refunded : found.kind;
    };
    assert.deepEqual(['paid', 'refunded', 'partially_refunded', 'pending', 'void'].map(refunded), [
      false,
      true,
      false,
      'other',
      'other',
    ]);
    const upgrade = { ...order, billing_reason: 'subscription_update', status: 'refunded' };
    assert.equal(readEvent(event('order.refunded', upgrade)).kind, 'other');
  });

  it('lists a customer’s active subscriptions, and none of one deleted', () => {
    const state = { ...customer, active_subscriptions: [subscription] };
    const changed = readEvent(event('customer.state_changed', state));
    assert.ok(changed.kind === 'customerState');
    assert.deepEqual(changed.subscriptions, [read]);
    const deleted = readEvent(event('customer.deleted', customer));
    assert.ok(deleted.kind === 'customerState');
    assert.deepEqual(deleted.subscriptions, []);
  });

  it('tells of a checkout once it is paid', () => {
    const checkout = { status: 'succeeded', customer_id: 'c1', subscription_id: 's1' };
    const kindOf = (data: object) => readEvent(event('checkout.updated', data)).kind;
    assert.equal(kindOf(checkout), 'checkout');
    assert.equal(kindOf({ ...checkout, status: 'open' }), 'other');
    assert.equal(kindOf({ ...checkout, subscription_id: null }), 'other');
  });

  it('of another kind bears on no plan, even one of the future', () => {
    for (const type of ['benefit_grant.created', 'refund.created', 'moon.landed']) {
      assert.equal(readEvent(event(type, {})).kind, 'other');
    }
  });

  it('that is not whole is refused by the names of its fields', () => {
    assert.throws(
      () => readEvent(event('subscription.updated', { ...subscription, status: 1, customer })),
      /no event of Polar's: status/,
    );
  });
});
