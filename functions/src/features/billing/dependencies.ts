import type { BillingInterval, PaidTier } from '@quikthread/contract';
import type { Firestore } from 'firebase-admin/firestore';
import type { Clock } from '../../platform/clock.js';
import type { Polar } from '../../providers/polar/types.js';
import type { IncomingWebhook, VerifiedWebhook } from '../../providers/polar/webhook.js';
import type { ProductPlans } from './plan.js';

/** What turns Polar's states into plans in Firestore. */
export interface PlanDependencies {
  readonly db: Firestore;
  readonly clock: Clock;
  readonly plans: ProductPlans;
}

export interface ApplyDependencies extends PlanDependencies {
  readonly polar: Polar;
  /** Whether somebody signs in under this id. */
  hasAccount(userId: string): Promise<boolean>;
  /** The id of the account with this address, if its owner has verified that it is theirs; else null. */
  findVerified(email: string): Promise<string | null>;
}

export interface WebhookDependencies {
  readonly db: Firestore;
  readonly clock: Clock;
  /** @throws WebhookRefusal */
  open(webhook: IncomingWebhook): Promise<VerifiedWebhook>;
  /** Enqueues the work that a webhook makes; the same task twice is one. */
  schedule(task: BillingTask, taskId: string): Promise<void>;
}

export interface PageDependencies extends PlanDependencies {
  readonly polar: Polar;
  /** Polar's product for a plan. */
  readonly productOf: (plan: PaidTier, interval: BillingInterval) => string;
  /** Where browsers may be sent back to, the first one unless told. */
  readonly frontendUrls: readonly string[];
}

/** A task: apply the event of a webhook that was taken. */
export interface BillingTask {
  readonly webhookId: string;
}
