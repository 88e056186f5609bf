import { getApps, initializeApp } from 'firebase-admin/app';
import type { App, AppOptions } from 'firebase-admin/app';
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

/**
 * Firebase reads project and bucket from FIREBASE_CONFIG, which Cloud Functions and the emulator set.
 * By name, since firebase-functions makes an app of its own for its triggers.
 */
function app(): App {
  return getApps().find(({ name }) => name === '[DEFAULT]') ?? initializeApp(emulatedOptions());
}

/**
 * Under the Cloud Tasks emulator, names the account that tasks would be signed by. Unnamed, it is asked
 * of the metadata server at every task, which off Google's cloud takes seconds or never answers.
 */
function emulatedOptions(): AppOptions | undefined {
  if (process.env['CLOUD_TASKS_EMULATOR_HOST'] === undefined) return undefined;
  const config = JSON.parse(process.env['FIREBASE_CONFIG'] ?? '{}') as AppOptions;
  return { ...config, serviceAccountId: 'emulated@localhost' };
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

/** The accounts that users sign in to. */
export const auth = once(async (): Promise<Auth> => {
  const { getAuth } = await import('firebase-admin/auth');
  return getAuth(app());
});

/** The Cloud Tasks queue of a task function of this deployment. */
export async function taskQueue<Payload>(functionName: string): Promise<TaskQueue<Payload>> {
  const { getFunctions } = await import('firebase-admin/functions');
  return getFunctions(app()).taskQueue<Payload>(`locations/${REGION}/functions/${functionName}`);
}
