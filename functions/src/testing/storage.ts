import { deleteApp, getApps, initializeApp } from 'firebase-admin/app';
import { getStorage } from 'firebase-admin/storage';
import type { Storage } from 'firebase-admin/storage';

/**
 * For specs that run the functions' own code on Storage outside the functions: makes this bucket the one that
 * `platform/media.ts` works in. The emulator's address is in the environment; no function listens to another
 * bucket than the platform's.
 */
export function useBucket(name: string): ReturnType<Storage['bucket']> {
  if (getApps().some((app) => app.name === '[DEFAULT]')) {
    throw new Error('Some other spec has left a Firebase app behind.');
  }
  return getStorage(initializeApp({ projectId: 'demo-bucket', storageBucket: name })).bucket();
}

/** Undoes `useBucket`. */
export async function closeBucket(): Promise<void> {
  const app = getApps().find(({ name }) => name === '[DEFAULT]');
  if (app) await deleteApp(app);
}
