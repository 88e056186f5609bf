import { describeError } from '../../platform/errors.js';
import { log } from '../../platform/log.js';
import type { XGrant } from '../../providers/x/types.js';
import type { GrantDependencies } from './dependencies.js';
import { loadGrant } from './store.js';
import type { StoredGrant } from './store.js';
import type { SealContext } from './vault.js';

/** The caller waits for it, and what is revoked is deleted here already. */
const REVOKE_MILLISECONDS = 5_000;

/** Ends a grant at X, in a short time. @returns whether X knows; a failure is logged */
export async function revokeGrant(
  { oauth }: Pick<GrantDependencies, 'oauth'>,
  grant: XGrant,
  userId: string,
): Promise<boolean> {
  try {
    await oauth.revoke(grant, AbortSignal.timeout(REVOKE_MILLISECONDS));
    return true;
  } catch (error) {
    log('WARNING', 'x grant not revoked', { userId, cause: describeError(error).message });
    return false;
  }
}

/** Ends a stored grant at X. One that no key opens any more counts as not revoked. */
export async function revokeStored(
  deps: Pick<GrantDependencies, 'oauth' | 'vault'>,
  stored: StoredGrant,
  context: SealContext,
): Promise<boolean> {
  let grant: XGrant;
  try {
    grant = loadGrant(deps.vault, stored, context);
  } catch (error) {
    const { userId } = context;
    log('WARNING', 'x grant not opened', { userId, cause: describeError(error).message });
    return false;
  }
  return revokeGrant(deps, grant, context.userId);
}
