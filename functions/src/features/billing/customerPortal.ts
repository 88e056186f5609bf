import type { CallableOutput } from '@quikthread/contract';
import type { Caller, ParsedInput } from '../../platform/callable.js';
import { chooseReturnUrl } from '../../platform/returnUrl.js';
import type { PageDependencies } from './dependencies.js';
import { customerMissing, polarOrRefusal } from './pageErrors.js';
import { billingPath, readBilling } from './store.js';

/**
 * The address of Polar's portal, signed in as the caller's customer. Polar is asked by our own id where its first
 * webhook has not come yet.
 * @throws CallError `customer_missing` for who never bought anything, `billing_unavailable`
 */
export async function customerPortal(
  { db, polar, frontendUrls }: PageDependencies,
  input: ParsedInput<'customerPortal'>,
  { userId }: Caller,
): Promise<CallableOutput<'customerPortal'>> {
  const returnUrl = chooseReturnUrl(input?.returnUrl, frontendUrls);
  const billing = readBilling(await db.doc(billingPath(userId)).get());
  const customerId = billing?.polarCustomerId ?? null;
  const reference = customerId === null ? { externalId: userId } : { id: customerId };
  const url = await polarOrRefusal(() => polar.customerPortal(reference, returnUrl));
  if (url === null) throw customerMissing();
  return { url };
}
