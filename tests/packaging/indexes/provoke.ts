import { Readable } from 'node:stream';
import type { Auth } from 'firebase/auth';
import { collection, getDocs, orderBy, query, where } from 'firebase/firestore';
import type { Firestore as WebFirestore } from 'firebase/firestore';
import { runsGiven } from '../../../functions/src/engine/jobMedia.js';
import { jobsUnderWay, stalledRuns } from '../../../functions/src/engine/stalled.js';
import * as analytics from '../../../functions/src/features/analytics/store.js';
import { claimPending } from '../../../functions/src/features/billing/claimPending.js';
import { expireSubscriptions } from '../../../functions/src/features/billing/expireSubscriptions.js';
import { userOfCustomer } from '../../../functions/src/features/billing/store.js';
import { listJobs } from '../../../functions/src/features/jobs/listJobs.js';
import { cleanUpCaches } from '../../../functions/src/features/maintenance/cleanUpCaches.js';
import { cleanUpMedia } from '../../../functions/src/features/maintenance/cleanUpMedia.js';
import { deleteExpired } from '../../../functions/src/features/maintenance/expired.js';
import { resetQuotas } from '../../../functions/src/features/maintenance/resetQuotas.js';
import * as posts from '../../../functions/src/features/posting/store.js';
import { pagesOf, userCollections } from '../../../functions/src/features/privacy/collections.js';
import { exportMyData } from '../../../functions/src/features/privacy/exportMyData.js';
import { stageWork } from '../../../functions/src/features/privacy/stages.js';
import { newDeletion } from '../../../functions/src/features/privacy/store.js';
import { ownPending } from '../../../functions/src/features/xAccount/store.js';
import type { openFirestore } from '../../../functions/src/testing/firestore.js';
import { createPosts } from '../../../packages/client/src/posts.js';

/** Firestore as the functions have it, and as a front end has it. */
export interface Databases {
  readonly db: ReturnType<typeof openFirestore>;
  readonly web: WebFirestore;
}

const userId = 'u1';
const now = new Date();
const caller = { userId, email: 'u1@example.com', emailVerified: true, signedInAt: now };
const forAll = { now, limit: 10, userId: null, dryRun: false };
const forOne = { ...forAll, userId };

function unexpected(): never {
  throw new Error('this was to ask a query only');
}

/** What makes each source file with queries ask all of them, by its path; a new one belongs here. */
export const provocations: Readonly<Record<string, (databases: Databases) => Promise<unknown>>> = {
  'functions/src/engine/jobMedia.ts': ({ db }) => runsGiven(db, 'users/u1/uploads/a.mp3').get(),
  'functions/src/engine/stalled.ts': async ({ db }) => {
    await Promise.all(stalledRuns(db, now).map((query) => query.get()));
    await jobsUnderWay(db, userId);
  },
  'functions/src/features/analytics/store.ts': async ({ db }) => {
    await analytics.newestPosts(db, userId);
    await analytics.duePosts(db, userId, now);
    await analytics.dueOwners(db, now, 10, null);
    await analytics.newestReadings(db, 'p1', 10);
  },
  'functions/src/features/billing/claimPending.ts': ({ db }) =>
    claimPending({ db, clock: () => now, plans: {} }, caller),
  'functions/src/features/billing/expireSubscriptions.ts': ({ db }) => {
    const polar = { customerState: unexpected };
    return expireSubscriptions({ db, clock: () => now, plans: {}, polar });
  },
  'functions/src/features/billing/store.ts': ({ db }) => userOfCustomer(db, 'c1'),
  'functions/src/features/jobs/listJobs.ts': ({ db }) =>
    listJobs(db, { kind: 'thread', pageSize: 10 }, userId),
  'functions/src/features/maintenance/cleanUpCaches.ts': ({ db }) => cleanUpCaches({ db }, forAll),
  'functions/src/features/maintenance/expired.ts': async ({ db }) => {
    await deleteExpired(db, forAll);
    await deleteExpired(db, forOne);
  },
  'functions/src/features/maintenance/outdated.ts': async ({ db }) => {
    const listObjects = () => Readable.from([]);
    const deps = { db, listObjects, findObject: unexpected, deleteObject: unexpected };
    await cleanUpMedia(deps, forAll);
    // The second time there is a cursor.
    await cleanUpMedia(deps, forAll);
  },
  'functions/src/features/maintenance/resetQuotas.ts': ({ db }) => resetQuotas({ db }, forAll),
  'functions/src/features/posting/store.ts': async ({ db }) => {
    await db.runTransaction((transaction) => posts.readPostsUnderWay(transaction, db, userId));
    await posts.isHeldElsewhere(db, 'p1', '1');
    await posts.openingsUnderWay(db, userId, 'p1');
  },
  'functions/src/features/privacy/collections.ts': async ({ db }) => {
    for (const one of userCollections) {
      await pagesOf(db, one, userId).next();
    }
  },
  'functions/src/features/privacy/exportMyData.ts': async ({ db }) => {
    await db.doc(`users/${userId}`).set({ userId });
    await exportMyData({ db, clock: () => now }, caller);
  },
  'functions/src/features/privacy/stages.ts': async ({ db }) => {
    const engine = () => Promise.resolve({ db, clock: () => now, kindOf: unexpected });
    const none = { bucket: unexpected, auth: unexpected, endings: [] };
    await stageWork.jobs({ db, clock: () => now, engine, ...none }, newDeletion('u2', now));
  },
  'functions/src/features/xAccount/store.ts': ({ db }) => ownPending(db, userId).get(),
  'packages/client/src/posts.ts': ({ web }) =>
    createPosts({ currentUser: { uid: userId } } as Auth, web).listPosts(),
};

/** What front ends ask by themselves, past the client: jobs of every kind, newest first, as the rules allow. */
export async function frontEnds({ web }: Databases): Promise<void> {
  const jobs = collection(web, 'jobs');
  await getDocs(query(jobs, where('userId', '==', userId), orderBy('createdAt', 'desc')));
}

/**
 * The collection that is asked by a file whose queries nothing here can provoke: they follow an upload to
 * Storage. What they ask is read off the source, and so may be equalities only.
 */
export const readOff: Readonly<Record<string, string>> = {
  'packages/client/src/uploads.ts': 'uploads',
};
