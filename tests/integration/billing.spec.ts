import assert from 'node:assert/strict';
import { DELETION_PHRASE, paths, plans } from '@quikthread/contract';
import type { Tier } from '@quikthread/contract';
import { getAuth } from 'firebase/auth';
import { getAuth as getAdminAuth } from 'firebase-admin/auth';
import { expireSubscriptions } from '../../functions/src/features/billing/expireSubscriptions.js';
import { createPolarClient } from '../../functions/src/providers/polar/client.js';
import { closeFirestores, openFirestore } from '../../functions/src/testing/firestore.js';
import { adminApp } from '../../scripts/platform/operator.js';
import type { Session } from '../../scripts/platform/session.js';
import { PROJECT_ID } from '../../scripts/platform/workspace.js';
import { logLines } from '../support/logs.js';
import { admin, closeAll, eventually, ports, signUp, signUpOn } from '../support/platform.js';
import {
  atPolar,
  NEXT_WEBHOOK_SECRET,
  outcomesOf,
  sendAll,
  sendWebhook,
  webhookLog,
} from '../support/polar.js';
import type { Forgery } from '../support/polar.js';
import { assertInvalid, assertRefused } from '../support/refusals.js';
import { polar } from '../support/standIns.js';

/** Waits until the user is on the plan, with all that it allows. */
async function assertOnPlan({ client }: Session, tier: Tier): Promise<void> {
  await eventually(async () => {
    const { maxCredits, maxDuration, features, ...profile } = await client.getProfile();
    assert.equal(profile.tier, tier);
    assert.deepEqual({ maxCredits, maxDuration, features }, plans[tier]);
  });
}

const documents = async (collection: string, field: string, value: string) =>
  (await admin().firestore.collection(collection).where(field, '==', value).get()).docs;

describe('billing', function () {
  this.timeout(120_000);
  after(async () => {
    await closeFirestores();
    await closeAll();
  });
  afterEach(() => polar.reset());

  describe('a webhook', () => {
    let user: Session;
    let events: Awaited<ReturnType<typeof atPolar>>['events'];
    beforeEach(async () => {
      user = await signUpOn('free');
      ({ events } = await atPolar({ externalId: user.userId }, ['buy:prod_pro'], { hold: true }));
    });
    const active = () => {
      const event = events.find(({ type }) => type === 'subscription.active');
      assert.ok(event);
      return event;
    };

    const forgeries: Readonly<Record<string, Forgery>> = {
      'signed by another secret': { secret: 'local-polar-webhook' },
      'signed by the secret’s beginning': { secret: 'local-polar-webhook-secre' },
      'signed over six minutes ago': { ageSeconds: 360 },
      'signed for six minutes from now': { ageSeconds: -360 },
      'without a signature': { headers: { 'webhook-signature': '' } },
      'of another version': { headers: { 'webhook-signature': 'v2,AAAA' } },
      'under another id': { headers: { 'webhook-id': 'another' } },
      'at another time': {
        headers: { 'webhook-timestamp': String(Date.now()).slice(0, -3) + '9' },
      },
      'with another body': { body: '{"type":"order.paid"}' },
    };
    for (const [name, forgery] of Object.entries(forgeries)) {
      it(`${name} is a 401, and nothing of it is kept`, async () => {
        const id = `forged-${user.userId}`;
        assert.equal(await sendWebhook(active(), { id, ...forgery }), 401);
        assert.equal(await webhookLog(id), null);
        assert.equal((await user.client.getProfile()).tier, 'free');
      });
    }

    for (const [name, body] of Object.entries({
      'no JSON': 'hello',
      'no object': '[]',
      'without a type': { timestamp: '2026-11-21T00:00:00Z', data: {} },
      'without data': { type: 'order.paid', timestamp: '2026-11-21T00:00:00Z' },
      'of a subscription without its fields': {
        type: 'subscription.active',
        timestamp: '2026-11-21T00:00:00Z',
        data: { id: 's1' },
      },
    })) {
      it(`well signed, but ${name}, is a 400, and nothing of it is kept`, async () => {
        const id = `no-event-${user.userId}`;
        // The runtime reads JSON by itself, and refuses what is none; as text it comes to us.
        const headers = { 'content-type': 'text/plain' };
        assert.equal(await sendWebhook(body, { id, headers }), 400);
        assert.equal(await webhookLog(id), null);
      });
    }

    it('that is good is a 202, its work done once, however often it comes', async () => {
      const id = `good-${user.userId}`;
      for (let time = 0; time < 3; time += 1)
        assert.equal(await sendWebhook(active(), { id }), 202);
      assert.deepEqual(await outcomesOf([id]), ['applied']);
      await assertOnPlan(user, 'pro');
      assert.equal(await sendWebhook(active(), { id }), 202);
      const log = await webhookLog(id);
      assert.equal(log?.['deliveries'], 4);
      assert.equal(log['userId'], user.userId);
      const changes = await documents('event-logs', 'data.userId', user.userId);
      const types = changes.map((change) => change.get('type') as string);
      assert.deepEqual(types.sort(), ['plan_changed', 'user_signed_up']);
    });

    it('signed by the secret to rotate to is taken too', async () => {
      const ids = await sendAll([active()], { secret: NEXT_WEBHOOK_SECRET });
      assert.deepEqual(await outcomesOf(ids), ['applied']);
      await assertOnPlan(user, 'pro');
    });

    it('of a kind that bears on no plan, known or not, is taken and ignored', async () => {
      const head = { timestamp: '2026-11-21T00:00:00Z', api_version: '2026-10' };
      const others = ['benefit_grant.created', 'refund.created', 'subsidy.granted'];
      const ids = await sendAll(others.map((type) => ({ ...head, type, data: { id: 'x' } })));
      assert.deepEqual(await outcomesOf(ids), ['ignored', 'ignored', 'ignored']);
    });

    it('by GET is a 405', async () => {
      const url = `http://${ports.host('functions')}/demo-quikthread/us-central1/polarWebhook`;
      assert.equal((await fetch(url)).status, 405);
    });
  });

  describe('a subscription', () => {
    let user: Session;
    beforeEach(async () => {
      user = await signUpOn('free');
    });
    const buy = (steps: readonly string[]) => atPolar({ externalId: user.userId }, steps);

    it('bought, changed up and down, and revoked: each takes effect, credits stay used', async () => {
      await buy(['buy:prod_pro']);
      await assertOnPlan(user, 'pro');
      await buy(['change:prod_business']);
      await assertOnPlan(user, 'business');
      await admin().firestore.doc(paths.user(user.userId)).update({ creditsUsed: 50 });
      await buy(['change:prod_pro']);
      await assertOnPlan(user, 'pro');
      const { creditsUsed, maxCredits, remaining } = await user.client.getQuota();
      assert.deepEqual([creditsUsed, maxCredits, remaining], [50, 30, 0]);
      await buy(['revoke']);
      await assertOnPlan(user, 'free');
      assert.equal((await user.client.getQuota()).creditsUsed, 50);
    });

    it('that is canceled or past due keeps its plan until it is revoked', async () => {
      await buy(['buy:prod_business_yearly']);
      await assertOnPlan(user, 'business');
      const { events } = await atPolar(
        { externalId: user.userId },
        ['cancel', 'uncancel', 'past_due', 'recover', 'cancel'],
        { hold: true },
      );
      await outcomesOf(await sendAll(events));
      await assertOnPlan(user, 'business');
      await buy(['revoke']);
      await assertOnPlan(user, 'free');
    });

    it('refunded in part keeps its plan, as a whole loses it, and renewed has it again', async () => {
      await buy(['buy:prod_pro']);
      await assertOnPlan(user, 'pro');
      const part = await atPolar({ externalId: user.userId }, ['refund_part'], { hold: true });
      await outcomesOf(await sendAll(part.events));
      await assertOnPlan(user, 'pro');
      await buy(['cycle', 'refund']);
      await assertOnPlan(user, 'free');
      await buy(['cycle']);
      await assertOnPlan(user, 'pro');
    });

    it('told in reverse, each event twice, comes to the same', async () => {
      const steps = ['buy:prod_pro', 'cancel', 'uncancel', 'change:prod_business'];
      const { events } = await atPolar({ externalId: user.userId }, steps, { hold: true });
      const ids = await sendAll(events.reverse().flatMap((event) => [event, event]));
      await outcomesOf(ids);
      await assertOnPlan(user, 'business');
      const late = await atPolar({ externalId: user.userId }, ['revoke'], { hold: true });
      await outcomesOf(await sendAll(late.events));
      await assertOnPlan(user, 'free');
      await outcomesOf(await sendAll(events));
      await assertOnPlan(user, 'free');
    });
  });

  describe('a customer whom no user is found for', () => {
    it('by our id waits for initUser', async () => {
      const user = await signUp();
      const { customerId } = await atPolar({ externalId: user.userId }, ['buy:prod_pro']);
      await eventually(async () => {
        const pending = await admin().firestore.doc(`billing-pending/${customerId}`).get();
        assert.equal(pending.get('externalId'), user.userId);
      });
      assert.equal((await user.client.initUser()).tier, 'pro');
      await assertOnPlan(user, 'pro');
      const pending = await admin().firestore.doc(`billing-pending/${customerId}`).get();
      assert.equal(pending.exists, false);
    });

    it('by an address waits until its owner has verified it, and signs in again', async () => {
      const user = await signUp();
      const { events } = await atPolar({ email: user.email }, ['buy:prod_pro'], { hold: true });
      const outcomes = await outcomesOf(await sendAll(events));
      assert.ok(outcomes.includes('waiting') && !outcomes.includes('applied'));
      assert.equal((await user.client.initUser()).tier, 'free');
      await verify(user);
      assert.equal((await user.client.initUser()).tier, 'pro');
      // From then on the customer is known.
      await atPolar({ email: user.email }, ['change:prod_business']);
      await assertOnPlan(user, 'business');
    });

    it('is found by an address that a user had verified before', async () => {
      const user = await signUpOn('free');
      await verify(user);
      await atPolar({ email: user.email }, ['buy:prod_pro']);
      await assertOnPlan(user, 'pro');
    });

    it('by an id that nobody signs in under is nobody, and nothing is kept of it', async () => {
      const externalId = `gone-${Date.now()}`;
      const { customerId, events } = await atPolar({ externalId }, ['buy:prod_pro'], {
        hold: true,
      });
      const outcomes = await outcomesOf(await sendAll(events));
      assert.deepEqual([...new Set(outcomes)], ['ignored']);
      const pending = await admin().firestore.doc(`billing-pending/${customerId}`).get();
      assert.equal(pending.exists, false);
    });

    it('by an id that no user can have waits, and keeps nobody else waiting', async () => {
      for (const externalId of [`__${Date.now()}__`, `a/${Date.now()}`]) {
        const { events } = await atPolar({ externalId }, ['buy:prod_pro'], { hold: true });
        const outcomes = await outcomesOf(await sendAll(events));
        assert.ok(outcomes.includes('waiting'), outcomes.join());
        assert.ok(!outcomes.includes('received') && !outcomes.includes('applied'), outcomes.join());
      }
    });

    async function verify(user: Session): Promise<void> {
      await getAdminAuth(adminApp(ports)).updateUser(user.userId, { emailVerified: true });
      await getAuth(user.app).currentUser?.getIdToken(true);
    }
  });

  describe('Polar is asked where events leave open what holds', () => {
    it('a paid checkout whose subscription is not told of yet', async () => {
      const user = await signUpOn('free');
      const { events } = await atPolar({ externalId: user.userId }, ['buy:prod_pro'], {
        hold: true,
      });
      const checkout = events.filter(({ type }) => type === 'checkout.updated');
      const [, ...rest] = await outcomesOf(await sendAll([...checkout, ...checkout]));
      assert.deepEqual(rest, ['unchanged']);
      await assertOnPlan(user, 'pro');
    });

    it('and asked again until it answers', async () => {
      const user = await signUpOn('free');
      const { events } = await atPolar({ externalId: user.userId }, ['buy:prod_pro'], {
        hold: true,
      });
      await polar.fault({ match: '/state', status: 503, times: 2 });
      const checkout = events.filter(({ type }) => type === 'checkout.updated');
      const ids = await sendAll(checkout);
      assert.deepEqual(await outcomesOf(ids, 60), ['applied']);
      await assertOnPlan(user, 'pro');
      assert.equal((await polar.journal('/state')).length, 3);
    });
  });

  describe('what no event says', () => {
    const day = 24 * 3600 * 1000;
    let user: Session;
    beforeEach(async () => {
      user = await signUpOn('free');
      await atPolar({ externalId: user.userId }, ['buy:prod_pro']);
      await assertOnPlan(user, 'pro');
      await quiet(user);
    });
    /** Looks at what is due by then, with Polar's answers of now. */
    const checkIn = (days: number) =>
      expireSubscriptions({
        db: openFirestore(PROJECT_ID),
        clock: () => new Date(Date.now() + days * day),
        plans: { prod_pro: 'pro' },
        polar: createPolarClient({
          accessToken: 'local-polar-token',
          baseUrl: `http://${ports.host('polar')}`,
        }),
      });
    const held = (steps: readonly string[]) =>
      atPolar({ externalId: user.userId }, steps, { hold: true });

    it('a canceled plan is over when its period is', async () => {
      await atPolar({ externalId: user.userId }, ['cancel']);
      await eventually(async () => {
        const billing = await admin().firestore.doc(`billing/${user.userId}`).get();
        assert.equal(billing.get('subscription.cancelAtPeriodEnd'), true);
      });
      await quiet(user);
      await checkIn(20);
      await assertOnPlan(user, 'pro');
      await checkIn(32);
      await assertOnPlan(user, 'free');
    });

    it('a plan whose end was lost on the way is over once its renewal is overdue', async () => {
      await held(['revoke']);
      await checkIn(32);
      await assertOnPlan(user, 'pro');
      await checkIn(36);
      await assertOnPlan(user, 'free');
    });

    it('a plan that Polar still has, or does not tell of, goes on', async () => {
      await polar.fault({ match: '/state', status: 503 });
      await checkIn(36);
      await assertOnPlan(user, 'pro');
      await checkIn(38);
      await assertOnPlan(user, 'pro');
      assert.deepEqual(
        (await polar.journal('/state')).map(({ status }) => status),
        [503, 200],
      );
    });

    /** Waits until nothing that Polar told of the user is under way, and has no other user come due. */
    async function quiet({ userId }: Session): Promise<void> {
      const logs = admin().firestore.collection('webhook-logs');
      await eventually(async () => {
        const received = await logs.where('outcome', '==', 'received').get();
        assert.equal(received.size, 0);
      }, 60);
      const others = (await admin().firestore.collection('billing').get()).docs;
      await Promise.all(
        others.filter(({ id }) => id !== userId).map(({ ref }) => ref.update({ checkAt: null })),
      );
    }
  });

  it('an account that is deleted ends what it pays for', async () => {
    const user = await signUpOn('free');
    await atPolar({ externalId: user.userId }, ['buy:prod_pro']);
    await assertOnPlan(user, 'pro');
    await user.client.deleteAccount({ confirm: DELETION_PHRASE });
    await eventually(async () => {
      const ended = (await polar.journal()).filter(({ method }) => method === 'DELETE');
      assert.deepEqual(
        ended.map(({ status }) => status),
        [200],
      );
      const billing = await admin().firestore.doc(`billing/${user.userId}`).get();
      assert.equal(billing.exists, false);
    }, 60);
  });

  describe('createCheckout and customerPortal', () => {
    let user: Session;
    before(async () => {
      user = await signUpOn('free');
    });

    it('sell a plan from the page to the profile', async () => {
      const returnUrl = 'http://localhost:5173/account';
      const { url } = await user.client.createCheckout({ plan: 'pro', returnUrl });
      assert.match(await (await fetch(url)).text(), /Pro/);
      const paid = await fetch(`${url}?pay=1`, { redirect: 'manual' });
      assert.equal(paid.headers.get('location'), returnUrl);
      await assertOnPlan(user, 'pro');
      await assertRefused(user.client.createCheckout({ plan: 'pro' }), 'failed-precondition', {
        code: 'already_on_plan',
        plan: 'pro',
      });
      // What else there is to buy is a change of this subscription: in the portal, as is its cancellation.
      const upgrade = await user.client.createCheckout({ plan: 'business', interval: 'yearly' });
      assert.match(upgrade.url, /\/portal\?/);
      const portal = await user.client.customerPortal({ returnUrl });
      assert.match(await (await fetch(portal.url)).text(), /active, renews/);
    });

    it('refuse who never bought anything, who has no profile, and other addresses', async () => {
      const newcomer = await signUp();
      const buy = newcomer.client.createCheckout({ plan: 'pro' });
      await assertRefused(buy, 'not-found', { code: 'profile_missing' });
      await newcomer.client.initUser();
      const portal = newcomer.client.customerPortal();
      await assertRefused(portal, 'failed-precondition', { code: 'customer_missing' });
      const returnUrl = 'https://elsewhere.example/';
      await assertInvalid(newcomer.client.customerPortal({ returnUrl }), 'returnUrl');
      await assertInvalid(newcomer.client.createCheckout({ plan: 'pro', returnUrl }), 'returnUrl');
    });

    for (const [name, fault] of Object.entries({
      'does not answer': { cut: 'before' as const },
      'is down': { status: 503 },
      'refuses our token': { status: 401, body: { error: 'invalid_token' } },
      'is too busy': { status: 429, headers: { 'retry-after': '60' } },
      'answers something else': { status: 200, body: { surprise: 1 } },
    })) {
      it(`say that billing is unavailable where Polar ${name}`, async () => {
        const newcomer = await signUpOn('free');
        await polar.fault({ ...fault, times: 2 });
        const details = { code: 'billing_unavailable' } as const;
        const buy = newcomer.client.createCheckout({ plan: 'pro' });
        await assertRefused(buy, 'unavailable', details);
        await assertRefused(newcomer.client.customerPortal(), 'unavailable', details);
      });
    }
  });

  describe('what is logged and stored', () => {
    it('holds no address, secret or token', async () => {
      const user = await signUpOn('free');
      await atPolar({ externalId: user.userId, email: user.email }, ['buy:prod_pro']);
      await assertOnPlan(user, 'pro');
      const stored = await Promise.all(
        ['webhook-logs', 'billing', 'billing-pending', 'event-logs'].map(async (name) =>
          (await admin().firestore.collection(name).get()).docs.map((found) => found.data()),
        ),
      );
      for (const text of [JSON.stringify(stored), ...(await logLines())]) {
        assert.doesNotMatch(text, /@quikthread\.test|@example\.com|local-polar-/);
      }
      assert.ok(JSON.stringify(stored).includes(user.userId));
    });
  });
});
