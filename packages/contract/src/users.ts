import { z } from 'zod';
import { featuresSchema, tierSchema } from './plans.js';
import { xAccountSchema } from './x.js';

const timeZoneSchema = z
  .string()
  .max(64)
  .refine(isTimeZone, 'must be an IANA time zone such as "Europe/Paris"');

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** What a user sets for themselves. */
export const settingsSchema = z.strictObject({
  /** BCP 47 tag used for jobs that name no language, e.g. "en" or "pt-BR". */
  language: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a BCP 47 language tag such as "en"')
    .optional(),
  /** Where the user's days begin. */
  timeZone: timeZoneSchema.optional(),
});
export type Settings = z.infer<typeof settingsSchema>;

export const displayNameSchema = z.string().trim().min(1).max(80);

/** A post that waits for its time. */
export const upcomingPostSchema = z.object({
  postId: z.string(),
  jobId: z.string(),
  threadIndex: z.int().nonnegative(),
  /** ISO 8601 in UTC. */
  at: z.iso.datetime(),
});
export type UpcomingPost = z.infer<typeof upcomingPostSchema>;

/** A user as they see themselves. Times are ISO 8601 in UTC, durations seconds. */
export const profileSchema = z.object({
  userId: z.string(),
  email: z.string().nullable(),
  displayName: z.string().nullable(),
  settings: settingsSchema,
  tier: tierSchema,
  creditsUsed: z.int().nonnegative(),
  creditsReserved: z.int().nonnegative(),
  maxCredits: z.int().nonnegative(),
  maxDuration: z.int().positive(),
  features: featuresSchema,
  /** The X account that this user posts from; null before one is connected. */
  xAccount: xAccountSchema.nullable().default(null),
  /** Scheduled posts, soonest first. */
  upcoming: z.array(upcomingPostSchema).default([]),
  resetDate: z.iso.datetime(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type Profile = z.infer<typeof profileSchema>;

/** The credits of the current month; `remaining` is what a new job may still take. */
export const quotaSchema = z.object({
  creditsUsed: z.int().nonnegative(),
  creditsReserved: z.int().nonnegative(),
  maxCredits: z.int().nonnegative(),
  remaining: z.int().nonnegative(),
  tier: tierSchema,
  resetDate: z.iso.datetime(),
});
export type Quota = z.infer<typeof quotaSchema>;
