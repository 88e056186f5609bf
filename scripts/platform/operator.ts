import { paths, plans } from '@quikthread/contract';
import type { Tier } from '@quikthread/contract';
import { deleteApp, getApps, initializeApp } from 'firebase-admin/app';
import type { App } from 'firebase-admin/app';
import { getFirestore } from 'firebase-admin/firestore';
import type { Firestore } from 'firebase-admin/firestore';
import { getStorage } from 'firebase-admin/storage';
import type { Storage } from 'firebase-admin/storage';
import type { Ports } from './ports.js';
import { BUCKET, PROJECT_ID } from './workspace.js';

/**
 * Points firebase-admin, which reads its environment, at the emulators. The CLI sets the same
 * variables for what it starts itself.
 */
export function useEmulators(ports: Ports): void {
  process.env['FIRESTORE_EMULATOR_HOST'] = ports.host('firestore');
  process.env['FIREBASE_AUTH_EMULATOR_HOST'] = ports.host('auth');
  process.env['FIREBASE_STORAGE_EMULATOR_HOST'] = ports.host('storage');
  process.env['CLOUD_TASKS_EMULATOR_HOST'] = ports.host('tasks');
  // Else Google's libraries look for a machine in their cloud, which takes seconds and warns on stderr.
  process.env['METADATA_SERVER_DETECTION'] = 'none';
}

/** firebase-admin on the emulators, with an administrator's rights. */
export function adminApp(ports: Ports): App {
  useEmulators(ports);
  return getApps()[0] ?? initializeApp({ projectId: PROJECT_ID, storageBucket: BUCKET });
}

export function adminFirestore(ports: Ports): Firestore {
  return getFirestore(adminApp(ports));
}

/** The bucket that uploads go to. */
export function adminBucket(ports: Ports): ReturnType<Storage['bucket']> {
  return getStorage(adminApp(ports)).bucket();
}

/** Closes firebase-admin's connections, so that the process can end. */
export async function closeAdmin(): Promise<void> {
  await Promise.all(getApps().map((app) => deleteApp(app)));
}

/** Puts a user on a plan, as the operator: the user's profile must exist. */
export async function setPlan(ports: Ports, userId: string, tier: Tier): Promise<void> {
  const { maxCredits, maxDuration, features } = plans[tier];
  const change = { tier, maxCredits, maxDuration, features };
  await adminFirestore(ports).doc(paths.user(userId)).update(change);
}
