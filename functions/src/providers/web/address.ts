import ipaddr from 'ipaddr.js';

/**
 * Whether a request made for a creator may go to this IP address: globally reachable unicast
 * addresses only (IANA's special-purpose registries, as ipaddr.js names them). IPv6 forms that
 * carry an IPv4 address are judged by that address where they reach it (IPv4-mapped), and refused
 * where a gateway would translate them (NAT64, 6to4, Teredo).
 *
 * @param allowLoopback lets this machine's own addresses pass, for the emulator.
 */
export function mayConnectTo(address: string, allowLoopback: boolean): boolean {
  if (!ipaddr.isValid(address)) return false;
  const { target, range } = described(address);
  if (range === 'loopback') return allowLoopback;
  if (range !== 'unicast') return false;
  // Global unicast is 2000::/3 (RFC 4291, 2.4); what is not assigned yet is nobody's to serve from.
  return target.kind() === 'ipv4' || target.match(ipaddr.parse('2000::'), 3);
}

function described(address: string) {
  // "::ffff:127.0.0.1" becomes "127.0.0.1".
  const target = ipaddr.process(address);
  return { target, range: target.range() };
}
