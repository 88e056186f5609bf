import { onRequest } from 'firebase-functions/https';
import { limitedByAddress } from '../../platform/addressLimits.js';
import type { Health } from './checkHealth.js';

/** No secrets: it asks no provider anything that needs one. Few instances, since each asks by itself. */
const options = { maxInstances: 2, timeoutSeconds: 15 };

/** A poll a second from one address, at most. */
const limit = { max: 60, windowSeconds: 60 };

/** Whether the backend works, for monitors. */
export function healthTriggers(look: () => Promise<Health>) {
  return {
    health: onRequest(
      options,
      limitedByAddress(limit, async ({ method }, response) => {
        const { answerHealth } = await import('./answerHealth.js');
        const { status, headers, body } = await answerHealth(look, method);
        response.status(status).set(headers).end(body);
      }),
    ),
  };
}
