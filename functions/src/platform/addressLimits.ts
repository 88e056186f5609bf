import type { RateLimit } from '@quikthread/contract';
import type { onRequest } from 'firebase-functions/https';
import { once } from './firebase.js';

/** What answers an HTTPS request. */
export type RequestHandler = Parameters<typeof onRequest>[0];

/**
 * Answers a client's address beyond `limit` by 429 and Retry-After, everything else by `handler`: for
 * endpoints that anybody can call. Each instance counts for itself, in memory, so that a refusal costs
 * next to nothing; what all of them together let through is bounded by how many instances there may be.
 */
export function limitedByAddress(limit: RateLimit, handler: RequestHandler): RequestHandler {
  const take = addressLimit(limit);
  return async (request, response) => {
    const { clientAddress } = await import('./clientAddress.js');
    const from = clientAddress(request.headers['x-forwarded-for'], request.socket.remoteAddress);
    const retryAfterSeconds = await take(from);
    if (retryAfterSeconds === null) await handler(request, response);
    else response.status(429).set('Retry-After', String(retryAfterSeconds)).end();
  };
}

/** Counts what comes from each address. @returns null, or the seconds until it may come again */
export function addressLimit({ max, windowSeconds }: RateLimit) {
  const limiter = once(async () => {
    const { RateLimiterMemory } = await import('rate-limiter-flexible');
    return new RateLimiterMemory({ points: max, duration: windowSeconds });
  });
  return async (address: string): Promise<number | null> => {
    // Counts as its `consume` does, but answers where that throws what is no Error.
    const { consumedPoints, msBeforeNext } = await (await limiter()).penalty(address);
    return consumedPoints > max ? Math.max(1, Math.ceil(msBeforeNext / 1000)) : null;
  };
}
