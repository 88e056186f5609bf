import type { LookupAddress, LookupOptions } from 'node:dns';
import type { Readable } from 'node:stream';
import { JobError } from '../../platform/errors.js';
import type { Retry } from '../../platform/errors.js';
import { retryAfterSeconds } from '../http.js';
import { checkUrl } from './check.js';
import type { CheckedUrl, CheckOptions } from './check.js';

export interface RequestOptions extends CheckOptions {
  readonly signal: AbortSignal;
  /** Until the answer's headers, and between two pieces of its body. */
  readonly idleSeconds?: number;
}

/** A successful answer. Whoever takes it must read the body to its end or destroy it. */
export interface WebResponse {
  /** After redirects. */
  readonly url: URL;
  /** Without parameters, in lower case; empty where the server states none. */
  readonly contentType: string;
  readonly contentEncoding: string;
  /** As stated by the server, in bytes. */
  readonly contentLength: number | null;
  readonly body: Readable;
}

const MAX_REDIRECTS = 5;
const IDLE_SECONDS = 20;
const CONNECT_SECONDS = 10;
/** A server may ask for more patience, but a job does not wait for days. */
const MAX_RETRY_AFTER_SECONDS = 3600;

/**
 * Gets a creator's link by GET, following at most five redirects. The link and every redirect are
 * checked, and the connection goes to an address that was checked: a name that resolves to
 * something else a moment later (DNS rebinding) changes nothing.
 *
 * @throws JobError `url_forbidden`, `url_too_many_redirects`, or `url_unreachable`; the last with
 * retry "later" (or after the server's Retry-After) for network errors, time-outs, 408, 429 and 5xx.
 */
export async function getUrl(link: string, options: RequestOptions): Promise<WebResponse> {
  let target = await checkUrl(link, options);
  for (let redirects = 0; ; redirects += 1) {
    const answer = await request(target, options);
    if (!('location' in answer)) return answer;
    if (redirects === MAX_REDIRECTS) {
      throw new JobError(
        'url_too_many_redirects',
        `The link is redirected more than ${MAX_REDIRECTS} times. Please use the link of the recording itself.`,
        'never',
      );
    }
    target = await checkUrl(absolute(answer.location, target.url), options);
  }
}

/** A redirect's or an enclosure's address, resolved against the page that it stands on. */
export function absolute(reference: string, base: URL): string {
  return URL.canParse(reference, base.href) ? new URL(reference, base.href).href : reference;
}

async function request(
  target: CheckedUrl,
  options: RequestOptions,
): Promise<WebResponse | { location: string }> {
  const { Agent, request: send } = await import('undici');
  const idle = (options.idleSeconds ?? IDLE_SECONDS) * 1000;
  const agent = new Agent({
    connect: { lookup: pinned(target.addresses), timeout: CONNECT_SECONDS * 1000 },
    headersTimeout: idle,
    bodyTimeout: idle,
  });
  try {
    const { statusCode, headers, body } = await send(target.url.href, {
      dispatcher: agent,
      signal: options.signal,
      headers: {
        'user-agent': 'QuikThread/1.0',
        accept: '*/*',
        // Compressed bytes would be counted and stored as they are not.
        'accept-encoding': 'identity',
      },
    });
    body.once('close', () => void agent.destroy());
    const header = (name: string) => [headers[name] ?? ''].flat()[0] ?? '';
    const redirected = [301, 302, 303, 307, 308].includes(statusCode) && header('location') !== '';
    if (statusCode === 200) return answerOf(target.url, header, body);
    body.on('error', () => undefined).destroy();
    if (redirected) return { location: header('location') };
    throw refused(target.url, statusCode, header('retry-after'));
  } catch (error) {
    void agent.destroy();
    throw asJobError(error, target.url, options.signal);
  }
}

function answerOf(url: URL, header: (name: string) => string, body: Readable): WebResponse {
  const length = header('content-length');
  return {
    url,
    contentType: (header('content-type').split(';')[0] ?? '').trim().toLowerCase(),
    contentEncoding: header('content-encoding').trim().toLowerCase(),
    contentLength: /^\d+$/.test(length) ? Number(length) : null,
    body,
  };
}

type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/** A resolver for one connection that knows only the addresses that were checked. */
function pinned(addresses: readonly LookupAddress[]) {
  return (_hostname: string, options: LookupOptions, callback: LookupCallback): void => {
    const [first] = addresses;
    if (options.all) callback(null, [...addresses]);
    else if (first) callback(null, first.address, first.family);
    else callback(new Error('no address'), '');
  };
}

function refused(url: URL, status: number, retryAfter: string): JobError {
  const passing = status === 408 || status === 429 || status >= 500;
  return new JobError(
    'url_unreachable',
    `"${url.host}" answered ${status} instead of the recording. The link must work without signing in.`,
    passing ? afterHeader(retryAfter) : 'never',
  );
}

/** The wait that the server asks for, within what a job waits; the usual backoff where it names none. */
function afterHeader(value: string): Retry {
  const seconds = retryAfterSeconds(value, new Date());
  return seconds ? { afterSeconds: Math.min(seconds, MAX_RETRY_AFTER_SECONDS) } : 'later';
}

/** What went wrong between us and a host, as a JobError; a signal's own reason is passed on. */
export function asJobError(error: unknown, url: URL, signal: AbortSignal): unknown {
  if (error instanceof JobError) return error;
  if (signal.aborted) return signal.reason;
  return new JobError(
    'url_unreachable',
    `"${url.host}" did not answer, or the connection broke. Please check that the link works, and try again.`,
    'later',
    { cause: error },
  );
}
