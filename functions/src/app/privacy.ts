import type {
  DeletionDependencies,
  DeletionTask,
  ExportDependencies,
  RequestDependencies,
  ServiceEnding,
} from '../features/privacy/dependencies.js';
import { DELETION_TIMEOUT_SECONDS } from '../features/privacy/triggers.js';
import type { PrivacyDependencies } from '../features/privacy/triggers.js';
import { systemClock } from '../platform/clock.js';
import { auth, firestore, once, storage, taskQueue } from '../platform/firebase.js';
import { polar } from './billing.js';
import { engine } from './engine.js';
import { grantDependencies } from './x.js';

/** A service is told of a deletion this often, over a quarter of a minute; then it goes on all the same. */
const MAX_TRIES = 5;

const queue = once(() => taskQueue<DeletionTask>('runDeletion'));

const exports = once(async (): Promise<ExportDependencies> => {
  const { findObject, mediaUrl } = await import('../platform/media.js');
  return { db: await firestore(), clock: systemClock, findObject, mediaUrl };
});

const requests = once(async (): Promise<RequestDependencies> => {
  return {
    db: await firestore(),
    clock: systemClock,
    enqueue: async (task) => {
      const options = { dispatchDeadlineSeconds: DELETION_TIMEOUT_SECONDS };
      await (await queue()).enqueue(task, options);
    },
  };
});

const deletions = once(async (): Promise<DeletionDependencies> => {
  return {
    db: await firestore(),
    clock: systemClock,
    bucket: async () => (await storage()).bucket(),
    auth,
    engine,
    endings: [xEnding, subscriptionEnding, untoldEnding],
  };
});

const xEnding: ServiceEnding = {
  name: 'x',
  maxTries: MAX_TRIES,
  end: async (userId) => {
    const { endGrants } = await import('../features/xAccount/endGrants.js');
    return endGrants(await grantDependencies(), userId);
  },
};

/** Nobody pays for an account that is gone: without this the deletion does not go on. */
const subscriptionEnding: ServiceEnding = {
  name: 'subscriptions',
  maxTries: null,
  end: async (userId) => {
    const { endSubscriptions } = await import('../features/billing/endSubscriptions.js');
    await endSubscriptions({ db: await firestore(), polar: await polar() }, userId);
    return true;
  },
};

/** Asked of every user, where Polar is not in use too. */
const untoldEnding: ServiceEnding = {
  name: 'untold-subscriptions',
  maxTries: MAX_TRIES,
  end: async (userId) => {
    const { endUntold } = await import('../features/billing/endSubscriptions.js');
    await endUntold({ polar: await polar() }, userId);
    return true;
  },
};

/** What exports and deletions work with, each made once an instance, on first use. */
export const privacyDependencies: PrivacyDependencies = { exports, requests, deletions };
