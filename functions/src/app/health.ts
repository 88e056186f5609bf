import type { Condition, Health, HealthDependencies } from '../features/health/checkHealth.js';
import { systemClock } from '../platform/clock.js';
import { config } from '../platform/config.js';
import type { Config } from '../platform/config.js';
import { firestore, once, storage } from '../platform/firebase.js';
import { version } from '../platform/version.js';

/** How long an instance answers the same. */
const KEEP_MS = 30_000;
/** How long a part has to answer. */
const LIMIT_MS = 2_000;

/** The backend's health, as this instance saw it within the last half minute. */
export async function lookAtHealth(): Promise<Health> {
  return (await watch())();
}

const watch = once(async () => {
  const { healthWatch } = await import('../features/health/checkHealth.js');
  return healthWatch({ version, clock: systemClock, limitMs: LIMIT_MS, checks }, KEEP_MS);
});

const checks: HealthDependencies['checks'] = {
  // Neither has to exist: what counts is that the answer comes.
  firestore: async () => {
    await (await firestore()).doc('health/check').get();
    return 'ok';
  },
  storage: async () => {
    await (await storage()).bucket().file('health/check').exists();
    return 'ok';
  },
  deepgram: provider((c) => c.deepgramBaseUrl),
  gemini: provider((c) => c.geminiBaseUrl),
  x: provider((c) => (c.xClientId === '' ? null : c.xApiBaseUrl)),
  polar: provider((c) => c.polarBaseUrl),
};

/** @param addressOf null where the deployment does without the provider */
function provider(addressOf: (config: Config) => string | null) {
  return async (signal: AbortSignal): Promise<Condition> => {
    const address = addressOf(config());
    if (address === null) return 'not_configured';
    const { assertReachable } = await import('../providers/reachable.js');
    await assertReachable(address, signal);
    return 'ok';
  };
}
