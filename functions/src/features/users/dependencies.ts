import type { Firestore } from 'firebase-admin/firestore';
import type { Caller } from '../../platform/callable.js';
import type { Clock } from '../../platform/clock.js';

export interface UserDependencies {
  readonly db: Firestore;
  readonly clock: Clock;
  /** Gives a user the plan that they bought before they had a profile; false where there is none. */
  claimPlan(caller: Caller): Promise<boolean>;
}
