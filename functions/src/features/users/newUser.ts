import { plans } from '@quikthread/contract';
import type { User } from './store.js';
import { nextResetDate } from '../../engine/credits.js';

/** The profile that a user starts with: the free plan, nothing used. */
export function newUser(userId: string, email: string | null, now: Date): User {
  const { maxCredits, maxDuration, features } = plans.free;
  return {
    userId,
    email,
    displayName: null,
    settings: {},
    tier: 'free',
    creditsUsed: 0,
    creditsReserved: 0,
    maxCredits,
    maxDuration,
    features,
    xAccount: null,
    upcoming: [],
    resetDate: nextResetDate(now),
    createdAt: now,
    updatedAt: now,
  };
}
