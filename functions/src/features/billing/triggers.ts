import { onRequest } from 'firebase-functions/https';
import { onTaskDispatched } from 'firebase-functions/tasks';
import { limitedByAddress } from '../../platform/addressLimits.js';
import { callable } from '../../platform/callable.js';
import { polarAccessToken, polarWebhookSecrets } from '../../platform/config.js';
import { describeError } from '../../platform/errors.js';
import { log, withCorrelation } from '../../platform/log.js';
import { scheduled } from '../../platform/scheduled.js';
import type {
  ApplyDependencies,
  BillingTask,
  PageDependencies,
  WebhookDependencies,
} from './dependencies.js';

/** What the triggers of this feature work with. */
export interface BillingTriggerDependencies {
  readonly webhook: () => Promise<WebhookDependencies>;
  readonly apply: () => Promise<ApplyDependencies>;
  readonly pages: () => Promise<PageDependencies>;
}

/** Enough for as many users as one run looks at, were Polar slow with each. */
const CHECK_TIMEOUT_SECONDS = 1800;

/** Half a dozen events a purchase, with all that Polar sends again after an hour of ours without an answer. */
const webhookLimit = { max: 600, windowSeconds: 60 };

const pageOptions = { secrets: [polarAccessToken], timeoutSeconds: 60 };

/** Buying and managing a plan, and what Polar tells of it. */
export function billingTriggers({ webhook, apply, pages }: BillingTriggerDependencies) {
  return {
    createCheckout: callable('createCheckout', pageOptions, async (input, caller) => {
      const { createCheckout } = await import('./createCheckout.js');
      return createCheckout(await pages(), input, caller);
    }),
    customerPortal: callable('customerPortal', pageOptions, async (input, caller) => {
      const { customerPortal } = await import('./customerPortal.js');
      return customerPortal(await pages(), input, caller);
    }),

    /** Polar waits ten seconds for an answer, and sends again what is answered otherwise than by a 2xx. */
    polarWebhook: onRequest(
      { secrets: [polarWebhookSecrets], timeoutSeconds: 30 },
      limitedByAddress(webhookLimit, async ({ method, rawBody, headers }, response) => {
        if (method !== 'POST') {
          response.status(405).set('allow', 'POST').end();
          return;
        }
        try {
          const { receiveWebhook } = await import('./receiveWebhook.js');
          const { status } = await receiveWebhook(await webhook(), { rawBody, headers });
          response.status(status).end();
        } catch (error) {
          log('ERROR', 'webhook not taken', { cause: describeError(error).message });
          response.status(500).end();
        }
      }),
    ),

    /** Events do not say that a canceled period is over, nor that a renewal is overdue. */
    checkSubscriptions: scheduled(
      'checkSubscriptions',
      {
        secrets: [polarAccessToken],
        timeZone: 'Etc/UTC',
        schedule: '10 * * * *',
        timeoutSeconds: CHECK_TIMEOUT_SECONDS,
        maxInstances: 1,
      },
      async () => {
        const { expireSubscriptions } = await import('./expireSubscriptions.js');
        return { ...(await expireSubscriptions(await apply())) };
      },
    ),

    /**
     * Tried again, at last once an hour, for some eight days. One purchase makes half a dozen events at once, which
     * would wait for one another's transactions: few are dispatched at a time.
     */
    applyBillingEvent: onTaskDispatched<BillingTask>(
      {
        secrets: [polarAccessToken],
        timeoutSeconds: 60,
        rateLimits: { maxConcurrentDispatches: 2 },
        retryConfig: { maxAttempts: 200, minBackoffSeconds: 1, maxBackoffSeconds: 3600 },
      },
      async ({ data: { webhookId }, retryCount }) => {
        await withCorrelation(webhookId, async () => {
          try {
            const { applyBillingEvent } = await import('./applyBillingEvent.js');
            const outcome = await applyBillingEvent(await apply(), webhookId);
            log('INFO', 'billing event', { webhookId, outcome });
          } catch (error) {
            const cause = describeError(error).message;
            log('ERROR', 'billing event not applied, to be retried', {
              webhookId,
              retryCount,
              cause,
            });
            throw error;
          }
        });
      },
    ),
  };
}
