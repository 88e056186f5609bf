import type {
  ConnectDependencies,
  GrantDependencies,
  OpenDependencies,
} from '../features/xAccount/dependencies.js';
import { systemClock } from '../platform/clock.js';
import {
  config,
  xAppAccessSecret,
  xAppAccessToken,
  xAppKey,
  xAppSecret,
  xClientSecret,
  xTokenKeys,
} from '../platform/config.js';
import { firestore, once } from '../platform/firebase.js';
import type { XLimit } from '../providers/x/limits.js';
import type { OpenXConnection, XCredentials } from '../providers/x/types.js';

/** What connecting an account works with, made once an instance, on first use. */
export const connectDependencies = once(async (): Promise<ConnectDependencies> => {
  const { xClientId, frontendUrls } = config();
  if (xClientId === '') throw new Error('X_CLIENT_ID is not set: no X account can be connected.');
  return { ...(await grantDependencies()), frontendUrls };
});

/** What keeping and ending grants works with; made once an instance, on first use. */
export const grantDependencies = once(async (): Promise<GrantDependencies> => {
  const [{ createXOAuth }, { createVault }] = await Promise.all([
    import('../providers/x/oauth.js'),
    import('../features/xAccount/vault.js'),
  ]);
  const { xClientId, xCallbackUrl, xApiBaseUrl, xWebBaseUrl } = config();
  return {
    db: await firestore(),
    clock: systemClock,
    vault: createVault(xTokenKeys.value()),
    oauth: createXOAuth({
      clientId: xClientId,
      clientSecret: xClientSecret.value(),
      callbackUrl: xCallbackUrl,
      apiBaseUrl: xApiBaseUrl,
      webBaseUrl: xWebBaseUrl,
    }),
  };
});

/** Told what X's limits have left for whom, after each tweet that was sent for a user. */
export type WatchXLimits = (userId: string, limits: readonly XLimit[]) => void;

/** Opens users' connections to X; made once an instance, on first use. */
export const openXConnection = once(() => watchedXConnections());

/** The same, with somebody who is told of X's limits. */
export async function watchedXConnections(watch?: WatchXLimits): Promise<OpenXConnection> {
  const [{ connectionOpener }, { operatorAccount }, { createXClient }, deps] = await Promise.all([
    import('../features/xAccount/openConnection.js'),
    import('../features/xAccount/operator.js'),
    import('../providers/x/client.js'),
    grantDependencies(),
  ]);
  const { xApiBaseUrl: apiBaseUrl, singleAccountMode } = config();
  const createClient: OpenDependencies['createClient'] = (credentials, userId) => {
    if (!watch) return createXClient({ credentials, apiBaseUrl });
    const onLimits = (limits: readonly XLimit[]) => {
      watch(userId, limits);
    };
    return createXClient({ credentials, apiBaseUrl, onLimits });
  };
  const operator = singleAccountMode
    ? operatorAccount((userId) => createClient(operatorCredentials(), userId))
    : null;
  return connectionOpener({ ...deps, createClient, operator });
}

/** The operator's own account, as OAuth 1.0a has it. */
function operatorCredentials(): XCredentials {
  return {
    appKey: xAppKey.value(),
    appSecret: xAppSecret.value(),
    accessToken: xAppAccessToken.value(),
    accessSecret: xAppAccessSecret.value(),
  };
}
