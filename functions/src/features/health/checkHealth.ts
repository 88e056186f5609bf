import type { Clock } from '../../platform/clock.js';
import { describeError } from '../../platform/errors.js';
import { log } from '../../platform/log.js';

/** What the backend stands on. */
export const parts = ['firestore', 'storage', 'deepgram', 'gemini', 'x', 'polar'] as const;
export type Part = (typeof parts)[number];

/** Without these nothing works; without a provider, what needs it waits and is tried again. */
const essential: readonly Part[] = ['firestore', 'storage'];

export type Condition = 'ok' | 'unavailable' | 'not_configured';

/** What `health` tells everybody, and all that it tells. */
export interface Health {
  readonly status: 'ok' | 'degraded';
  readonly version: string;
  readonly checks: Readonly<Record<Part, Condition>>;
}

export interface HealthDependencies {
  readonly version: string;
  readonly clock: Clock;
  /** How long a part has to answer. */
  readonly limitMs: number;
  /** Asks each part; what is rejected, or later than the limit, is `unavailable`. */
  readonly checks: Readonly<Record<Part, (signal: AbortSignal) => Promise<Condition>>>;
}

/** Whether anything works at all. */
export function isUp({ checks }: Health): boolean {
  return essential.every((part) => checks[part] === 'ok');
}

/** Asks every part at once. Never rejects; why a part is unavailable is in the log only. */
export async function checkHealth(deps: HealthDependencies): Promise<Health> {
  const conditions = await Promise.all(
    parts.map(async (part) => [part, await conditionOf(part, deps)] as const),
  );
  const checks = Object.fromEntries(conditions) as Record<Part, Condition>;
  const isDegraded = parts.some((part) => checks[part] === 'unavailable');
  return { status: isDegraded ? 'degraded' : 'ok', version: deps.version, checks };
}

async function conditionOf(part: Part, deps: HealthDependencies): Promise<Condition> {
  const limit = AbortSignal.timeout(deps.limitMs);
  try {
    return await Promise.race([deps.checks[part](limit), rejectionBy(limit)]);
  } catch (error) {
    log('WARNING', 'health check failed', { part, cause: describeError(error).message });
    return 'unavailable';
  }
}

/** Firestore's and Storage's clients take no signal: they are not waited for. */
function rejectionBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason as Error);
    });
  });
}

/** The health, asked anew where the last answer is older than `keepMs`, once for all who ask meanwhile. */
export function healthWatch(deps: HealthDependencies, keepMs: number): () => Promise<Health> {
  let last: { readonly at: number; readonly health: Promise<Health> } | undefined;
  return () => {
    const now = deps.clock().getTime();
    if (!last || now - last.at >= keepMs) last = { at: now, health: checkHealth(deps) };
    return last.health;
  };
}
