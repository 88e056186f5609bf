import { Agent as HttpAgent } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { IClientSettings, TwitterApi } from 'twitter-api-v2';
import type { z } from 'zod';
import type { Clock } from '../../platform/clock.js';
import { JobError } from '../../platform/errors.js';
import { callWithDeadline } from '../http.js';
import { refusal, unavailable } from './errors.js';
import type { XRefusal } from './errors.js';
import type { XCredentials } from './types.js';

/** Where X's API is and how long to wait for it. */
export interface XEndpoint {
  /** The API's origin, e.g. "https://api.x.com". */
  readonly apiBaseUrl: string;
  /** For each request, its answer's body included; default 20,000. */
  readonly timeoutMilliseconds?: number;
  readonly clock: Clock;
}

/** The app itself, as OAuth 2.0 knows it. */
export interface XAppCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** One request to X. */
export interface XCall<T> {
  readonly credentials: XCredentials | XAppCredentials;
  readonly signal: AbortSignal;
  /** What an answer must look like; any other counts as none. */
  readonly schema: z.ZodType<T>;
  send(api: TwitterApi): Promise<unknown>;
  /** Told of the headers of whatever X answers; must not throw. */
  readonly onHeaders?: (headers: IncomingHttpHeaders) => void;
  /** What a refusal is worth that says no more than an answer would; null where it is a refusal. */
  readonly forgive?: (answer: XRefusal) => T | null;
  /** What a refusal means, where it is not what it means elsewhere. */
  readonly refuse?: (answer: XRefusal, now: Date) => JobError;
}

const DEFAULT_TIMEOUT_MILLISECONDS = 20_000;

/**
 * Sends one request through twitter-api-v2 and checks what comes back. Never retries by itself; throws the
 * signal's reason when the signal aborts, and JobErrors otherwise. The SDK's own errors hold the request
 * with its tokens, so none is passed on, not even as a cause.
 */
export async function callX<T>(endpoint: XEndpoint, call: XCall<T>): Promise<T> {
  const { signal } = call;
  const sdk = await import('twitter-api-v2');
  try {
    const timeout = endpoint.timeoutMilliseconds ?? DEFAULT_TIMEOUT_MILLISECONDS;
    const answer = await callWithDeadline('x', signal, timeout, (deadline) => {
      const settings = settingsFor(endpoint.apiBaseUrl, deadline, call.onHeaders);
      return call.send(open(sdk.TwitterApi, call.credentials, settings));
    });
    return checked(call.schema, answer);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof JobError) throw error;
    if (error instanceof sdk.ApiResponseError) {
      const answer = { status: error.code, body: error.data, headers: error.headers };
      const forgiven = call.forgive?.(answer) ?? null;
      if (forgiven !== null) return forgiven;
      throw (call.refuse ?? refusal)(answer, endpoint.clock());
    }
    const isRequest = error instanceof sdk.ApiRequestError;
    throw unavailable(isRequest ? 'no answer: the network, or our time-out' : 'no whole answer');
  }
}

function checked<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.slice(0, 5).map((issue) => issue.path.join('.') || '(all)');
  throw unavailable(`a malformed answer; off: ${fields.join(', ')}`);
}

function open(
  Api: typeof TwitterApi,
  credentials: XCredentials | XAppCredentials,
  settings: Partial<IClientSettings>,
): TwitterApi {
  if ('clientId' in credentials) return new Api({ ...credentials }, settings);
  if ('appKey' in credentials) return new Api({ ...credentials }, settings);
  return new Api(credentials.accessToken, settings);
}

/**
 * The SDK knows neither another host than X's nor an AbortSignal; its plugins can change both the URL
 * (before it signs, so that the signature is of the new one) and what it gives to node:http.
 */
function settingsFor(
  apiBaseUrl: string,
  signal: AbortSignal,
  onHeaders: XCall<unknown>['onHeaders'],
): Partial<IClientSettings> {
  const base = apiBaseUrl.replace(/\/+$/, '');
  // Connections are not kept: in a function that slept, the next tweet would go into a dead one.
  const httpAgent = base.startsWith('http:') ? new HttpAgent() : new HttpsAgent();
  return {
    httpAgent,
    // When a compressed answer is cut, the SDK waits for its end for ever.
    compression: false,
    plugins: [
      {
        onBeforeRequestConfig({ url, params }) {
          params.url = base + url.pathname + url.search;
        },
        onBeforeRequest({ requestOptions }) {
          requestOptions.signal = signal;
        },
        onAfterRequest({ response }) {
          onHeaders?.(response.headers);
        },
        onResponseError({ error }) {
          onHeaders?.(error.headers);
        },
      },
    ],
  };
}
