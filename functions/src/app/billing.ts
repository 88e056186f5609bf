import type {
  ApplyDependencies,
  BillingTask,
  PageDependencies,
  PlanDependencies,
  WebhookDependencies,
} from '../features/billing/dependencies.js';
import type { UserRecord } from 'firebase-admin/auth';
import { systemClock } from '../platform/clock.js';
import { config, polarAccessToken, polarWebhookSecrets } from '../platform/config.js';
import { auth, firestore, once, taskQueue } from '../platform/firebase.js';
import type { Polar } from '../providers/polar/types.js';

/** What gives users their plans; made once an instance, on first use. */
export const planDependencies = once(async (): Promise<PlanDependencies> => {
  const { pro, business } = config().polarProducts;
  return {
    db: await firestore(),
    clock: systemClock,
    plans: {
      [pro.monthly]: 'pro',
      [pro.yearly]: 'pro',
      [business.monthly]: 'business',
      [business.yearly]: 'business',
    },
  };
});

/** Polar's API; for functions that declare its access token. */
export const polar = once(async (): Promise<Polar> => {
  const { createPolarClient } = await import('../providers/polar/client.js');
  const { polarBaseUrl: baseUrl } = config();
  return createPolarClient({ accessToken: polarAccessToken.value(), baseUrl });
});

export const applyDependencies = once(async (): Promise<ApplyDependencies> => {
  return { ...(await planDependencies()), polar: await polar(), hasAccount, findVerified };
});

async function hasAccount(userId: string): Promise<boolean> {
  // An id that Firebase could not have given is refused before it is looked for.
  if (userId.length > MAX_UID_LENGTH) return false;
  return (await unlessMissing((await auth()).getUser(userId))) !== null;
}

async function findVerified(email: string): Promise<string | null> {
  const account = await unlessMissing((await auth()).getUserByEmail(email));
  return account?.emailVerified ? account.uid : null;
}

/** Firebase's own limit (firebase.google.com/docs/auth/admin/manage-users). */
const MAX_UID_LENGTH = 128;

async function unlessMissing(found: Promise<UserRecord>): Promise<UserRecord | null> {
  try {
    return await found;
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === 'auth/user-not-found') return null;
    throw error;
  }
}

export const pageDependencies = once(async (): Promise<PageDependencies> => {
  const { polarProducts, frontendUrls } = config();
  return {
    ...(await planDependencies()),
    polar: await polar(),
    productOf: (plan, interval) => polarProducts[plan][interval],
    frontendUrls,
  };
});

/** Polar waits for an answer to a webhook: the queue has the rest of the work. */
const TASK_DEADLINE_SECONDS = 60;

export const webhookDependencies = once(async (): Promise<WebhookDependencies> => {
  const { openWebhook } = await import('../providers/polar/webhook.js');
  const secrets = polarWebhookSecrets.value().split(',');
  const trimmed = secrets.map((secret) => secret.trim()).filter((secret) => secret !== '');
  return {
    db: await firestore(),
    clock: systemClock,
    open: (webhook) => openWebhook(webhook, trimmed),
    schedule: enqueue,
  };
});

async function enqueue(task: BillingTask, id: string): Promise<void> {
  const queue = await taskQueue<BillingTask>('applyBillingEvent');
  try {
    await queue.enqueue(task, { id, dispatchDeadlineSeconds: TASK_DEADLINE_SECONDS });
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code !== 'functions/task-already-exists') throw error;
  }
}
