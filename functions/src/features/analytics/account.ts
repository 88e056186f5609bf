import { featuresSchema, nextPlan, paths, settingsSchema, tierSchema } from '@quikthread/contract';
import type { Firestore } from 'firebase-admin/firestore';
import { z } from 'zod';
import { profileMissing } from '../../engine/lifecycle.js';
import { readDocument } from '../../platform/documents.js';
import { CallError } from '../../platform/errors.js';

/** The part of `users/{uid}` that says whether there are analytics, and where days begin. */
const accountSchema = z.object({
  tier: tierSchema,
  features: featuresSchema,
  // Clients write their settings under rules that cannot check a time zone: what is off counts as unset.
  settings: settingsSchema.catch({}),
});
export type AnalyticsAccount = z.infer<typeof accountSchema>;

/** Null where there is no profile. */
export async function readAccount(db: Firestore, userId: string): Promise<AnalyticsAccount | null> {
  return readDocument(await db.doc(paths.user(userId)).get(), accountSchema);
}

/** @throws CallError `profile_missing`, `feature_missing` */
export async function requireAnalytics(db: Firestore, userId: string): Promise<AnalyticsAccount> {
  const account = await readAccount(db, userId);
  if (!account) throw profileMissing();
  if (account.features.analytics) return account;
  const better = nextPlan(account.tier, (plan) => plan.features.analytics);
  const upgrade = better ? ` The ${better} plan has them.` : '';
  throw new CallError(
    { code: 'feature_missing', feature: 'analytics', nextPlan: better },
    `Your plan has no analytics.${upgrade}`,
  );
}
