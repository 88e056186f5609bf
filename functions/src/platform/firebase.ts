import { getApps, initializeApp } from 'firebase-admin/app';
import type { App } from 'firebase-admin/app';
import type { Auth } from 'firebase-admin/auth';
import type { Firestore } from 'firebase-admin/firestore';
import type { TaskQueue } from 'firebase-admin/functions';
import type { Storage } from 'firebase-admin/storage';
import { REGION } from './config.js';

/** Runs `create` once, and again only after it failed: what is kept is the promise. */
export function once<T>(create: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () =>
    (made ??= create().catch((error: unknown) => {
      made = undefined;
      throw error;
    }));
}

/** Firebase reads project and bucket from FIREBASE_CONFIG, which Cloud Functions and the emulator set. */
function app(): App {
  return getApps()[0] ?? initializeApp();
}

/** Firestore; fields that are undefined are an error, not silently dropped. */
export const firestore = once(async (): Promise<Firestore> => {
  const { getFirestore } = await import('firebase-admin/firestore');
  return getFirestore(app());
});

export const storage = once(async (): Promise<Storage> => {
  const { getStorage } = await import('firebase-admin/storage');
  return getStorage(app());
});

export const auth = once(async (): Promise<Auth> => {
  const { getAuth } = await import('firebase-admin/auth');
  return getAuth(app());
});

/** The Cloud Tasks queue of a task function of this deployment. */
export async function taskQueue<Payload>(functionName: string): Promise<TaskQueue<Payload>> {
  const { getFunctions } = await import('firebase-admin/functions');
  return getFunctions(app()).taskQueue<Payload>(`locations/${REGION}/functions/${functionName}`);
}
