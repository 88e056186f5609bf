import type { OpenXConnection } from '../../providers/x/types.js';
import type { OpenDependencies } from './dependencies.js';
import { notConnected } from './errors.js';
import { freshGrant } from './freshGrant.js';
import { renewingClient } from './renewingClient.js';

/** Opens users' connections: their own, or, in single account mode, the operator's for who has none. */
export function connectionOpener(deps: OpenDependencies): OpenXConnection {
  return async (userId, signal) => {
    const grant = await freshGrant(deps, userId, signal);
    if (grant) return { identity: grant.identity, client: renewingClient(deps, userId, grant) };
    if (!deps.operator) throw notConnected();
    return deps.operator(userId, signal);
  };
}
