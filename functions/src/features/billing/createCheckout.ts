import { paths } from '@quikthread/contract';
import type { CallableOutput } from '@quikthread/contract';
import { profileMissing } from '../../engine/lifecycle.js';
import type { Caller, ParsedInput } from '../../platform/callable.js';
import { CallError } from '../../platform/errors.js';
import { chooseReturnUrl } from '../../platform/returnUrl.js';
import type { PageDependencies } from './dependencies.js';
import { customerMissing, polarOrRefusal } from './pageErrors.js';
import { planOf } from './plan.js';
import { billingPath, readBilling } from './store.js';

/**
 * The address of Polar's page where the caller buys a plan. Who has a subscription already gets the portal instead,
 * where it is changed or its cancellation undone: a second one would be paid for beside the first.
 * @throws CallError as the contract lists them
 */
export async function createCheckout(
  deps: PageDependencies,
  { plan, interval, returnUrl: asked }: ParsedInput<'createCheckout'>,
  { userId, email }: Caller,
): Promise<CallableOutput<'createCheckout'>> {
  const { db, polar, clock } = deps;
  const returnUrl = chooseReturnUrl(asked, deps.frontendUrls);
  const [user, stored] = await db.getAll(db.doc(paths.user(userId)), db.doc(billingPath(userId)));
  if (!user?.exists) throw profileMissing();
  const billing = stored && readBilling(stored);
  const productId = deps.productOf(plan, interval);
  const current = billing && planOf(billing.state, clock(), deps.plans).subscription;
  if (current?.productId === productId && !current.cancelAtPeriodEnd) {
    throw new CallError({ code: 'already_on_plan', plan }, `You are on the ${plan} plan already.`);
  }
  if (current) {
    const reference = { id: current.customerId };
    const url = await polarOrRefusal(() => polar.customerPortal(reference, returnUrl));
    if (url === null) throw customerMissing();
    return { url };
  }
  const customerId = billing?.polarCustomerId ?? null;
  const customer = customerId === null ? { externalId: userId } : { id: customerId };
  const request = { productId, customer, email, successUrl: returnUrl, returnUrl };
  return { url: await polarOrRefusal(() => polar.createCheckout(request)) };
}
