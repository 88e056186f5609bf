import { invalidFields } from './callable.js';

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
