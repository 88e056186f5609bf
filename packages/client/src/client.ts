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
import { createPosts } from './posts.js';
import type { QuikThreadPosts } from './posts.js';
import { createUploads } from './uploads.js';
import type { QuikThreadUploads } from './uploads.js';
import { createXConnection } from './xConnection.js';
import type { QuikThreadXConnection } from './xConnection.js';

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
export type QuikThreadClient = QuikThreadCalls &
  QuikThreadUploads &
  QuikThreadJobs &
  QuikThreadPosts &
  QuikThreadXConnection;

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
  const auth = options.auth ?? getAuth(app);
  const calls = createCalls(options.functions ?? getFunctions(app, options.region));
  return {
    ...calls,
    ...createUploads(auth, firestore, storage),
    ...createJobs(firestore),
    ...createPosts(auth, firestore),
    ...createXConnection(calls),
  };
}
