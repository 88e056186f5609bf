import type { Clock } from './clock.js';
import { DAY, MINUTE, SECOND } from './clock.js';
import { tooManyRequests } from './errors.js';

export const ENDPOINTS = ['me', 'create', 'delete', 'lookup', 'timeline'] as const;
export type EndpointName = (typeof ENDPOINTS)[number];

export const LIMIT_SCOPES = ['window', 'user_day', 'app_day'] as const;
export type LimitScope = (typeof LIMIT_SCOPES)[number];

/** How many calls an account has in 15 minutes and in 24 hours, and all accounts together in 24 hours. */
export type EndpointLimits = Partial<Record<LimitScope, number>> & { window: number };

/**
 * docs.x.com/x-api/fundamentals/rate-limits, per user; the 2,400 posts a day are an account's
 * (help.x.com/rules-and-policies/x-limits).
 */
const DEFAULT_LIMITS: Readonly<Record<EndpointName, EndpointLimits>> = {
  me: { window: 75 },
  create: { window: 100, user_day: 2400, app_day: 10_000 },
  delete: { window: 50 },
  lookup: { window: 5000 },
  timeline: { window: 900 },
};

const LENGTHS: Readonly<Record<LimitScope, number>> = {
  window: 15 * MINUTE,
  user_day: DAY,
  app_day: DAY,
};

const HEADERS: Readonly<Record<LimitScope, string>> = {
  window: 'x-rate-limit',
  user_day: 'x-user-limit-24hour',
  app_day: 'x-app-limit-24hour',
};

interface Count {
  used: number;
  /** On a whole second, since headers have seconds. */
  resetAt: number;
}

/** X's limits, counted. A span begins with its first call. */
export class RateLimits {
  private limits = structuredClone(DEFAULT_LIMITS);
  private counts = new Map<string, Count>();

  constructor(private readonly clock: Clock) {}

  clear(): void {
    this.limits = structuredClone(DEFAULT_LIMITS);
    this.counts.clear();
  }

  configure(endpoint: EndpointName, limits: Partial<Record<LimitScope, number>>): void {
    this.limits = { ...this.limits, [endpoint]: { ...this.limits[endpoint], ...limits } };
  }

  /** Counts a call and returns the headers of its answer; throws the 429 of a limit that is used up. */
  count(endpoint: EndpointName, accountId: string): Record<string, string> {
    const counts = this.scopesOf(endpoint).map(({ scope, limit }) => ({
      limit,
      count: this.current(endpoint, accountId, scope),
    }));
    if (counts.some(({ limit, count }) => count.used >= limit)) {
      throw tooManyRequests(this.headers(endpoint, accountId));
    }
    for (const { count } of counts) count.used += 1;
    return this.headers(endpoint, accountId);
  }

  /** Leaves nothing of a limit until so many seconds from now. */
  exhaust(endpoint: EndpointName, accountId: string, scope: LimitScope, seconds: number): void {
    const resetAt = wholeSecond(this.clock.now() + seconds * SECOND);
    this.counts.set(keyOf(endpoint, accountId, scope), { used: Infinity, resetAt });
  }

  headers(endpoint: EndpointName, accountId: string): Record<string, string> {
    const entries = this.scopesOf(endpoint).flatMap(({ scope, limit }) => {
      const { used, resetAt } = this.current(endpoint, accountId, scope);
      const prefix = HEADERS[scope];
      return [
        [`${prefix}-limit`, String(limit)],
        [`${prefix}-remaining`, String(Math.max(0, limit - used))],
        [`${prefix}-reset`, String(resetAt / SECOND)],
      ];
    });
    return Object.fromEntries(entries) as Record<string, string>;
  }

  private scopesOf(endpoint: EndpointName): { scope: LimitScope; limit: number }[] {
    return LIMIT_SCOPES.flatMap((scope) => {
      const limit = this.limits[endpoint][scope];
      return limit === undefined ? [] : [{ scope, limit }];
    });
  }

  private current(endpoint: EndpointName, accountId: string, scope: LimitScope): Count {
    const key = keyOf(endpoint, accountId, scope);
    const now = this.clock.now();
    const known = this.counts.get(key);
    if (known && known.resetAt > now) return known;
    const begun = { used: 0, resetAt: wholeSecond(now + LENGTHS[scope]) };
    this.counts.set(key, begun);
    return begun;
  }
}

const keyOf = (endpoint: EndpointName, accountId: string, scope: LimitScope) =>
  scope === 'app_day' ? `${endpoint} ${scope}` : `${endpoint} ${scope} ${accountId}`;

const wholeSecond = (time: number) => Math.ceil(time / SECOND) * SECOND;
