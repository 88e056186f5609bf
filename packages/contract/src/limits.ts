/** How often something may be done within any stretch of `windowSeconds`. */
export interface RateLimit {
  readonly max: number;
  readonly windowSeconds: number;
}

/** What one user may do how often (figures: the product's specification, step 13). */
export const rateLimits = {
  /** Callables, all together. */
  calls: { max: 100, windowSeconds: 15 * 60 },
  uploads: { max: 20, windowSeconds: 60 * 60 },
  jobCreations: { max: 10, windowSeconds: 60 },
} as const satisfies Readonly<Record<string, RateLimit>>;
export type RateLimited = keyof typeof rateLimits;
