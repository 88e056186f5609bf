import type { Firestore } from 'firebase-admin/firestore';
import type { Clock } from '../../platform/clock.js';
import type { XClient, XConnection, XCredentials, XOAuth } from '../../providers/x/types.js';
import type { Vault } from './vault.js';

/** What keeping the grants needs. */
export interface GrantDependencies {
  readonly db: Firestore;
  readonly clock: Clock;
  readonly vault: Vault;
  readonly oauth: XOAuth;
}

/** What connecting an account needs. */
export interface ConnectDependencies extends GrantDependencies {
  /** Origins where browsers may be sent back to, the default first. */
  readonly frontendUrls: readonly string[];
}

/** What acting on X for a user needs. */
export interface OpenDependencies extends GrantDependencies {
  createClient(credentials: XCredentials, userId: string): XClient;
  /** The operator's account for users who have none of their own; null outside single account mode. */
  readonly operator: ((userId: string, signal: AbortSignal) => Promise<XConnection>) | null;
}
