import { deleteApp, initializeApp } from 'firebase-admin/app';
import type { App } from 'firebase-admin/app';
import { getFirestore } from 'firebase-admin/firestore';
import type { Firestore } from 'firebase-admin/firestore';
import { randomId } from '../platform/ids.js';

const apps = new Set<App>();

/**
 * For specs that run the functions' own code outside the functions: Firestore by the library that they have,
 * in an app of its own. The emulator's address is in the environment.
 */
export function openFirestore(projectId: string): Firestore {
  const app = initializeApp({ projectId }, randomId());
  apps.add(app);
  return getFirestore(app);
}

/** Closes what `openFirestore` opened, so that the process can end. */
export async function closeFirestores(): Promise<void> {
  await Promise.all([...apps].map((app) => deleteApp(app)));
  apps.clear();
}
