import type { Firestore } from 'firebase-admin/firestore';
import type { Clock } from '../../platform/clock.js';

export interface UserDependencies {
  readonly db: Firestore;
  readonly clock: Clock;
}
