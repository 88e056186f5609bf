import { text } from 'node:stream/consumers';
import type { Answer, Exchange } from '../http/exchange.js';
import { escapeHtml, htmlAnswer } from '../x/html.js';
import { act, ActionError, ACTIONS, payCheckout } from './actions.js';
import type { ApiCall } from './api.js';
import { PRODUCTS, productNamed } from './products.js';
import type { Checkout, CustomerSession, Subscription } from './state.js';

const DEFAULT_EMAIL = 'customer@example.com';

/**
 * The pages that customers see: the checkout, `GET /checkout/{client secret}`, paid by its button or at once by
 * `?pay=1` (`&email=` where none is known); and the portal, `GET /portal?customer_session_token=…`.
 */
export async function answerPage(call: ApiCall, exchange: Exchange<never>): Promise<Answer> {
  const { request, url } = exchange;
  const form = new URLSearchParams(await text(request));
  await exchange.takeFault('');
  const [, secret] = /^\/checkout\/(polar_c_\w+)$/.exec(url.pathname) ?? [];
  const checkout = secret === undefined ? undefined : call.state.checkouts.get(secret);
  if (checkout) {
    const paying = request.method === 'POST' || url.searchParams.get('pay') === '1';
    const email = form.get('email') ?? url.searchParams.get('email');
    return paying ? pay(call, checkout, email) : checkoutPage(checkout);
  }
  const session = call.state.sessions.get(url.searchParams.get('customer_session_token') ?? '');
  if (session && url.pathname === '/portal') {
    return request.method === 'POST' ? portalAction(call, session, form) : portal(call, session);
  }
  if (url.pathname.endsWith('/confirmation')) return page(200, '<h1>Thank you</h1><p>Paid.</p>');
  return page(404, '<h1>Not found</h1><p>There is no such checkout or session.</p>');
}

function pay({ state, origin, emit }: ApiCall, checkout: Checkout, email: string | null): Answer {
  if (checkout.status === 'open') {
    const payer = email || checkout.customerEmail || DEFAULT_EMAIL;
    emit(payCheckout(state, checkout, payer, origin));
  }
  const ownPage = `${origin}/checkout/${checkout.clientSecret}/confirmation`;
  const location = (checkout.successUrl ?? ownPage).replace('{CHECKOUT_ID}', checkout.id);
  return { status: 303, headers: { location }, body: '' };
}

function checkoutPage(checkout: Checkout): Answer {
  const product = productNamed(checkout.products[0] ?? '');
  const price = `$${((product?.amount ?? 0) / 100).toFixed(2)} a ${product?.interval ?? 'month'}`;
  const email = escapeHtml(checkout.customerEmail ?? DEFAULT_EMAIL);
  const form = `<form method="post"><input type="email" name="email" value="${email}" required>
<button>Pay</button></form>`;
  const back = checkout.returnUrl
    ? `<p><a href="${escapeHtml(checkout.returnUrl)}">Back</a></p>`
    : '';
  const paid = '<p>This checkout has been paid.</p>';
  const name = escapeHtml(product?.name ?? '');
  return page(
    200,
    `<h1>${name}</h1><p>${price}</p>${checkout.status === 'open' ? form : paid}${back}`,
  );
}

function portal({ state }: ApiCall, session: CustomerSession): Answer {
  const subscriptions = state.subscriptionsOf(session.customerId).map(subscriptionPart);
  const back = session.returnUrl
    ? `<p><a href="${escapeHtml(session.returnUrl)}">Back</a></p>`
    : '';
  const none = '<p>There is no subscription.</p>';
  return page(200, `<h1>Your subscriptions</h1>${subscriptions.join('') || none}${back}`);
}

function subscriptionPart(subscription: Subscription): string {
  const { id, productId, status, currentPeriodEnd, cancelAtPeriodEnd } = subscription;
  const until = `${cancelAtPeriodEnd ? 'ends' : 'renews'} ${currentPeriodEnd.slice(0, 10)}`;
  const buttons = ACTIONS.filter((action) => action !== 'change').map(
    (action) => `<button name="action" value="${action}">${action}</button>`,
  );
  const options = PRODUCTS.map(
    (product) => `<option value="${product.id}">${product.name}</option>`,
  );
  const form = (content: string) =>
    `<form method="post"><input type="hidden" name="subscription" value="${id}">${content}</form>`;
  const name = productNamed(productId)?.name ?? productId;
  return `<section><h2>${escapeHtml(name)}</h2><p>${status}, ${until}</p>${form(buttons.join(' '))}
${form(`<select name="product">${options.join('')}</select><button name="action" value="change">change</button>`)}
</section>`;
}

function portalAction(call: ApiCall, session: CustomerSession, form: URLSearchParams): Answer {
  const subscription = call.state.subscriptions.get(form.get('subscription') ?? '');
  const action = ACTIONS.find((name) => name === form.get('action'));
  if (subscription?.customerId !== session.customerId || !action) {
    return page(400, '<h1>That cannot be done</h1>');
  }
  try {
    call.emit(act(call.state, subscription, action, form.get('product') ?? undefined));
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return page(409, `<h1>That cannot be done</h1><p>${escapeHtml(error.message)}</p>`);
  }
  const location = `/portal?customer_session_token=${session.token}`;
  return { status: 303, headers: { location }, body: '' };
}

function page(status: number, body: string): Answer {
  return htmlAnswer(status, 'Polar', `<main>${body}</main>`, 'main { padding: 24px 32px; }');
}
