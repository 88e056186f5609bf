import {
  X_CONNECTION_PARAMETER,
  X_ERROR_PARAMETER,
  type XConnectError,
} from '@quikthread/contract';
import { invalidFields } from '../../platform/callable.js';

/**
 * Where the browser goes in the end: what was asked for, if it is on one of the origins, or the first of them.
 * @throws CallError `invalid_input` on the field `returnUrl`, naming what is accepted
 */
export function chooseReturnUrl(asked: string | undefined, origins: readonly string[]): string {
  if (asked === undefined) return defaultReturnUrl(origins);
  // Compared as the browser will read it: an address with a user name or another scheme begins otherwise.
  const { href } = new URL(asked);
  if (origins.some((origin) => href.startsWith(`${origin}/`))) return href;
  const problem = `must be an address on ${origins.join(' or ')}`;
  throw invalidFields([{ field: 'returnUrl', problem }]);
}

/** @throws Error where the deployment has no front end */
export function defaultReturnUrl([first]: readonly string[]): string {
  if (first === undefined) throw new Error('FRONTEND_URLS is empty.');
  return new URL(first).href;
}

/** What became of an authorisation, told to the front end in its return URL's query. */
export type ConnectOutcome = { readonly connection: string } | { readonly error: XConnectError };

/** The return URL with the outcome in its query, and no earlier one. */
export function withOutcome(returnUrl: string, outcome: ConnectOutcome): string {
  const url = new URL(returnUrl);
  url.searchParams.delete(X_CONNECTION_PARAMETER);
  url.searchParams.delete(X_ERROR_PARAMETER);
  if ('connection' in outcome) url.searchParams.set(X_CONNECTION_PARAMETER, outcome.connection);
  else url.searchParams.set(X_ERROR_PARAMETER, outcome.error);
  return url.href;
}
