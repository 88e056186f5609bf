import type { FirebaseApp } from 'firebase/app';
import { getAuth } from 'firebase/auth';
import type { Auth } from 'firebase/auth';
import { getFirestore } from 'firebase/firestore';
import type { Firestore } from 'firebase/firestore';
import { getFunctions } from 'firebase/functions';
import type { Functions } from 'firebase/functions';
import { getStorage } from 'firebase/storage';
import type { FirebaseStorage } from 'firebase/storage';
import { createCalls } from './calls.js';
import type { QuikThreadCalls } from './calls.js';
import { createJobs } from './jobs.js';
import type { QuikThreadJobs } from './jobs.js';
import { createUploads } from './uploads.js';
import type { QuikThreadUploads } from './uploads.js';

/** Services made by the caller, where the app's own defaults do not do. */
export interface QuikThreadOptions {
  /** Where the functions run; us-central1 unless told. */
  readonly region?: string;
  readonly auth?: Auth;
  readonly functions?: Functions;
  readonly firestore?: Firestore;
  readonly storage?: FirebaseStorage;
}

/** QuikThread's backend, as the user who is signed in on the app sees it. */
export type QuikThreadClient = QuikThreadCalls & QuikThreadUploads & QuikThreadJobs;

/**
 * A client on a Firebase app. Signing in, and connecting the app's services to emulators, are the
 * caller's. Everything that it does throws QuikThreadError.
 */
export function createQuikThreadClient(
  app: FirebaseApp,
  options: QuikThreadOptions = {},
): QuikThreadClient {
  const firestore = options.firestore ?? getFirestore(app);
  const storage = options.storage ?? getStorage(app);
  return {
    ...createCalls(options.functions ?? getFunctions(app, options.region)),
    ...createUploads(options.auth ?? getAuth(app), firestore, storage),
    ...createJobs(firestore),
  };
}
