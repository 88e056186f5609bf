import type { Firestore } from 'firebase-admin/firestore';
import type { Clock } from '../../platform/clock.js';
import type { OpenXConnection } from '../../providers/x/types.js';

export interface AnalyticsDependencies {
  readonly db: Firestore;
  readonly clock: Clock;
  readonly openX: OpenXConnection;
}
