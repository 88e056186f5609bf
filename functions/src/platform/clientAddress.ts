import ipaddr from 'ipaddr.js';

/** One customer's network in IPv6 (RFC 6177): within it, addresses are theirs to choose. */
const IPV6_NETWORK_BITS = 64;

/**
 * Who calls, for counting: an IPv4 address, or the /64 network of an IPv6 one.
 *
 * Behind Google's front end a client's address is the last one of X-Forwarded-For: a proxy appends the
 * address that it was called from, and a function's own URL is called through that one proxy
 * (cloud.google.com/functions/docs/reference/headers; developer.mozilla.org, X-Forwarded-For, "Selecting
 * an IP address"). What stands before it is the client's to write. Behind a load balancer of one's own it
 * would be the last but one. Express's `request.ip` is no use here: the functions' server trusts all
 * proxies, so that it is the first.
 *
 * @param forwardedFor the header; absent in the emulator
 * @param socketAddress who is connected: counts where nobody is forwarded
 */
export function clientAddress(
  forwardedFor: string | readonly string[] | undefined,
  socketAddress: string | undefined,
): string {
  const last = [forwardedFor ?? []].flat().join(',').split(',').at(-1)?.trim();
  const address = last || (socketAddress ?? '');
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${IPV6_NETWORK_BITS}`).toString();
}
