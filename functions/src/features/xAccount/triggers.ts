import { onRequest } from 'firebase-functions/https';
import { limitedByAddress } from '../../platform/addressLimits.js';
import { callable } from '../../platform/callable.js';
import { xSecrets } from '../../platform/config.js';
import type { ConnectDependencies } from './dependencies.js';

/** X's answer to an exchange, and to a revocation, is waited for. */
const options = { secrets: xSecrets, timeoutSeconds: 60 };

/** Browsers that come back from X to one address: an office's, at most. */
const callbackLimit = { max: 60, windowSeconds: 60 };

/** Connecting and disconnecting a user's X account. */
export function xAccountTriggers(dependencies: () => Promise<ConnectDependencies>) {
  return {
    connectX: callable('connectX', options, async (input, caller) => {
      const { connectX } = await import('./connectX.js');
      return connectX(await dependencies(), input, caller);
    }),
    confirmX: callable('confirmX', options, async (input, caller) => {
      const { confirmX } = await import('./confirmX.js');
      return confirmX(await dependencies(), input, caller);
    }),
    disconnectX: callable('disconnectX', options, async (_input, caller) => {
      const { disconnectX } = await import('./disconnectX.js');
      return disconnectX(await dependencies(), caller);
    }),
    xOAuthCallback: onRequest(
      options,
      limitedByAddress(callbackLimit, async ({ method, query }, response) => {
        const { answerCallback } = await import('./oauthCallback.js');
        const { status, headers, body } = await answerCallback(dependencies, { method, query });
        response.status(status).set(headers).end(body);
      }),
    ),
  };
}
