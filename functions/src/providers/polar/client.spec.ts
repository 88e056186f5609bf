import assert from 'node:assert/strict';
import {
  cut,
  cutBody,
  hang,
  json,
  raw,
  startScriptedServer,
} from '../../testing/scriptedServer.js';
import type { ScriptedServer } from '../../testing/scriptedServer.js';
import { createPolarClient } from './client.js';
import { PolarRefusal } from './errors.js';
import type { Polar } from './types.js';

const TOKEN = 'polar_oat_secret';
const page = 'https://app.example.com/account';

const subscription = {
  id: 's1',
  product_id: 'prod_pro',
  status: 'active',
  current_period_end: '2026-12-21T10:00:00Z',
  cancel_at_period_end: false,
  created_at: '2026-11-21T10:00:00.5Z',
  modified_at: null,
};
const state = {
  id: 'c1',
  external_id: 'u1',
  email: 'someone@example.com',
  active_subscriptions: [subscription],
};

describe('the Polar client', () => {
  let server: ScriptedServer | undefined;
  afterEach(() => server?.close());

  async function polar(...answers: Parameters<typeof startScriptedServer>): Promise<Polar> {
    server = await startScriptedServer(...answers);
    return createPolarClient({ accessToken: TOKEN, baseUrl: server.url, timeoutSeconds: 0.3 });
  }
  const sent = () => {
    const request = server?.seen[0] ?? assert.fail('nothing was sent');
    const body: unknown = request.body === '' ? null : JSON.parse(request.body);
    return { line: `${request.method} ${request.path}`, body, headers: request.headers };
  };

  it('opens a checkout for one product and customer', async () => {
    const url = 'https://polar.sh/checkout/polar_c_1';
    const client = await polar(json(201, { id: 'x', url }));
    const opened = await client.createCheckout({
      productId: 'prod_pro',
      customer: { externalId: 'u1' },
      email: null,
      successUrl: page,
      returnUrl: page,
    });
    assert.equal(opened, url);
    const { line, body, headers } = sent();
    assert.equal(line, 'POST /v1/checkouts/');
    assert.equal(headers.authorization, `Bearer ${TOKEN}`);
    assert.deepEqual(body, {
      products: ['prod_pro'],
      external_customer_id: 'u1',
      success_url: page,
      return_url: page,
    });
  });

  it('reads a customer’s state, its times to the microsecond', async () => {
    const client = await polar(json(200, state));
    assert.deepEqual(await client.customerState({ externalId: 'u/1' }), {
      customer: { id: 'c1', externalId: 'u1' },
      email: 'someone@example.com',
      subscriptions: [
        {
          id: 's1',
          productId: 'prod_pro',
          status: 'active',
          currentPeriodEnd: '2026-12-21T10:00:00.000000Z',
          cancelAtPeriodEnd: false,
          modifiedAt: '2026-11-21T10:00:00.500000Z',
        },
      ],
    });
    assert.equal(sent().line, 'GET /v1/customers/external/u%2F1/state');
  });

  it('opens the portal by the customer’s own id', async () => {
    const url = 'https://polar.sh/portal?customer_session_token=t';
    const client = await polar(json(201, { customer_portal_url: url }));
    assert.equal(await client.customerPortal({ id: 'c1' }, page), url);
    assert.deepEqual(sent().body, { customer_id: 'c1', return_url: page });
  });

  it('knows a customer who is not there from an error', async () => {
    const missing = json(404, { error: 'ResourceNotFound', detail: 'Not found' });
    assert.equal(await (await polar(missing)).customerState({ id: 'c1' }), null);
    await server?.close();
    const detail = [{ type: 'value_error', loc: ['body', 'customer_id'], msg: 'No.' }];
    const invalid = json(422, { error: 'PolarRequestValidationError', detail });
    assert.equal(await (await polar(invalid)).customerPortal({ id: 'c1' }, page), null);
  });

  it('ends a subscription, whether or not it had ended', async () => {
    const ended = json(403, { error: 'AlreadyCanceledSubscription', detail: 'No.' });
    const missing = json(404, { error: 'ResourceNotFound', detail: 'No.' });
    const client = await polar(json(200, subscription), ended, missing);
    for (let time = 0; time < 3; time += 1) await client.cancelSubscription('s1');
    assert.equal(sent().line, 'DELETE /v1/subscriptions/s1');
  });

  const unauthorized = { error: 'invalid_token', error_description: TOKEN };
  for (const [name, answer, retry] of [
    ['a refused token', json(401, unauthorized), 'never'],
    ['too many calls', json(429, {}, { 'retry-after': '7' }), { afterSeconds: 7 }],
    ['a failure', json(500, { error: TOKEN }), 'later'],
    ['a cut connection', cut, 'later'],
    ['a cut answer', cutBody, 'later'],
    ['no answer', hang, 'later'],
    ['no JSON', raw('<html>', 'text/html'), 'later'],
    ['another shape', json(200, { ...state, id: 7 }), 'later'],
    [
      'a time that is none',
      json(200, { ...state, active_subscriptions: [{ ...subscription, created_at: 'now' }] }),
      'later',
    ],
  ] as const) {
    it(`rejects upon ${name}, and says nothing of token or answer`, async () => {
      const client = await polar(answer);
      const error = await client.customerState({ id: 'c1' }).catch((thrown: unknown) => thrown);
      assert.ok(error instanceof PolarRefusal, String(error));
      assert.deepEqual(error.retry, retry);
      assert.doesNotMatch(`${error.message} ${error.stack ?? ''}`, /polar_oat|someone@/);
    });
  }
});
