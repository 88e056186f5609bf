import { lookup } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { JobError } from '../../platform/errors.js';
import { mayConnectTo } from './address.js';

/** All addresses of a host name; rejects where there is none. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

export interface CheckOptions {
  /** Whether links to this machine pass; see `config().allowLoopbackUrls`. */
  readonly allowLoopback: boolean;
  /** The name resolver; the system's where left out. */
  readonly resolve?: Resolve;
}

/** A link that may be followed, and the checked addresses that it may be followed to. */
export interface CheckedUrl {
  readonly url: URL;
  readonly addresses: readonly LookupAddress[];
}

/**
 * Checks a creator's link without making a request to it. The check holds for the addresses that
 * it answers, not for the name: a request must go to one of these.
 *
 * @throws JobError `url_forbidden` (never to be retried) where the link is not http or https, holds
 * credentials, or its host is or resolves to an address inside a network; `url_unreachable` where
 * the host has no address. Messages name the host at most, since path and query can hold tokens.
 */
export async function checkUrl(link: string, options: CheckOptions): Promise<CheckedUrl> {
  const url = parse(link);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host)
    ? [{ address: host, family: isIP(host) }]
    : await addressesOf(host, options.resolve ?? systemResolve);
  if (!addresses.every(({ address }) => mayConnectTo(address, options.allowLoopback))) {
    throw forbidden(`"${host}" is not a public address on the internet. Links must be public.`);
  }
  return { url, addresses };
}

function parse(link: string): URL {
  const url = parseOrNull(link);
  if (!url) throw forbidden('This is not a link. Links begin with https:// or http://.');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw forbidden(`Links of the kind "${url.protocol}" are not accepted, only https and http.`);
  }
  if (url.username !== '' || url.password !== '') {
    throw forbidden('The link holds a user name or password. Links must be public.');
  }
  return url;
}

function parseOrNull(link: string): URL | null {
  try {
    return new URL(link);
  } catch {
    return null;
  }
}

async function addressesOf(host: string, resolve: Resolve): Promise<readonly LookupAddress[]> {
  let addresses: readonly LookupAddress[] = [];
  let cause: unknown;
  try {
    addresses = await resolve(host);
  } catch (error) {
    cause = error;
  }
  if (addresses.length > 0) return addresses;
  throw new JobError('url_unreachable', `The host "${host}" was not found.`, 'later', { cause });
}

const systemResolve: Resolve = (hostname) => lookup(hostname, { all: true });

function forbidden(message: string): JobError {
  return new JobError('url_forbidden', message, 'never');
}
