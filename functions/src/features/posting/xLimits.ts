import type { Firestore } from 'firebase-admin/firestore';
import type { XLimit } from '../../providers/x/limits.js';

/** `x-limits/{userId}`, and `x-limits/app` for what all users share. */
export const userLimitsPath = (userId: string): string => `x-limits/${userId}`;
export const APP_LIMITS_PATH = 'x-limits/app';

/**
 * What X told of its limits in answers of this process, until it is written down. X's client tells it in the
 * middle of a request, where nothing can be waited for.
 */
export interface ToldLimits {
  tell(userId: string, limits: readonly XLimit[]): void;
  /** Writes down, for every process, until when X will refuse; nothing where X has room left. */
  writeDown(db: Firestore, userId: string): Promise<void>;
}

export function toldLimits(): ToldLimits {
  const told = new Map<string, XLimit[]>();
  return {
    tell(userId, limits) {
      const exhausted = limits.filter(({ remaining }) => remaining <= 0);
      if (exhausted.length > 0) told.set(userId, [...(told.get(userId) ?? []), ...exhausted]);
    },
    async writeDown(db, userId) {
      const limits = told.get(userId) ?? [];
      told.delete(userId);
      const ofApp = resets(limits.filter(({ scope }) => scope === 'app_day'));
      const ofUser = resets(limits.filter(({ scope }) => scope !== 'app_day'));
      const user = db.doc(userLimitsPath(userId));
      if (ofUser) await user.set({ userId, exhausted: ofUser }, { merge: true });
      if (ofApp) await db.doc(APP_LIMITS_PATH).set({ exhausted: ofApp }, { merge: true });
    },
  };
}

/** By scope, when each limit begins anew; null for none. */
function resets(limits: readonly XLimit[]): Record<string, Date> | null {
  if (limits.length === 0) return null;
  return Object.fromEntries(limits.map(({ scope, resetsAt }) => [scope, resetsAt]));
}
