import type { Firestore } from 'firebase-admin/firestore';
import { deterministicId } from '../../platform/ids.js';
import { log, withCorrelation } from '../../platform/log.js';
import { WebhookRefusal } from '../../providers/polar/errors.js';
import type { IncomingWebhook, VerifiedWebhook } from '../../providers/polar/webhook.js';
import type { WebhookDependencies } from './dependencies.js';
import { readWebhookLog, webhookLogExpiry, webhookLogPath } from './store.js';
import type { WebhookLog } from './store.js';

/**
 * Takes a webhook of Polar's: 401 where its signature is not good, with nothing kept; 400 where its body is no
 * event; 202 where it is in `webhook-logs` and the work is enqueued. The same webhook again is counted, and its
 * work enqueued again if it is not done.
 */
export async function receiveWebhook(
  deps: WebhookDependencies,
  incoming: IncomingWebhook,
): Promise<{ readonly status: 202 | 400 | 401 }> {
  let verified: VerifiedWebhook;
  try {
    verified = await deps.open(incoming);
  } catch (error) {
    if (!(error instanceof WebhookRefusal)) throw error;
    const { reason, message } = error;
    log(reason === 'body' ? 'ERROR' : 'WARNING', 'webhook refused', { reason, cause: message });
    return { status: reason === 'signature' ? 401 : 400 };
  }
  await withCorrelation(verified.webhookId, () => take(deps, verified));
  return { status: 202 };
}

async function take(deps: WebhookDependencies, verified: VerifiedWebhook): Promise<void> {
  const { webhookId, event } = verified;
  const { outcome, deliveries } = await keep(deps.db, verified, deps.clock());
  log('INFO', 'webhook', { webhookId, type: event.type, outcome, deliveries });
  if (outcome === 'received') {
    const taskId = deterministicId('billing', webhookId, String(deliveries));
    await deps.schedule({ webhookId }, taskId);
  }
}

/** Writes the log, or counts one more delivery of what is logged. */
function keep(
  db: Firestore,
  { webhookId, event }: VerifiedWebhook,
  now: Date,
): Promise<Pick<WebhookLog, 'outcome' | 'deliveries'>> {
  const ref = db.doc(webhookLogPath(webhookId));
  return db.runTransaction(async (transaction) => {
    const known = readWebhookLog(await transaction.get(ref));
    if (known) {
      const deliveries = known.deliveries + 1;
      transaction.update(ref, { deliveries });
      return { outcome: known.outcome, deliveries };
    }
    const outcome = event.kind === 'other' ? 'ignored' : 'received';
    transaction.create(ref, {
      webhookId,
      type: event.type,
      event,
      outcome,
      userId: null,
      polarCustomerId: event.kind === 'other' ? null : event.customer.id,
      deliveries: 1,
      timestamp: now,
      appliedAt: null,
      expiresAt: webhookLogExpiry(now),
    });
    return { outcome, deliveries: 1 };
  });
}
