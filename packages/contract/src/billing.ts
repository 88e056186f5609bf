import { z } from 'zod';
import { tierSchema } from './plans.js';

/** The plans that are sold. */
export const paidTierSchema = tierSchema.exclude(['free']);
export type PaidTier = z.infer<typeof paidTierSchema>;

/** How often a subscription is charged. */
export const billingIntervalSchema = z.enum(['monthly', 'yearly']);
export type BillingInterval = z.infer<typeof billingIntervalSchema>;
