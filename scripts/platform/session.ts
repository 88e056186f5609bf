import { randomUUID } from 'node:crypto';
import { createQuikThreadClient } from '@quikthread/client';
import type { QuikThreadClient } from '@quikthread/client';
import { FirebaseError, deleteApp, initializeApp } from 'firebase/app';
import {
  connectAuthEmulator,
  createUserWithEmailAndPassword,
  getAuth,
  signInWithEmailAndPassword,
} from 'firebase/auth';
import type { Auth, UserCredential } from 'firebase/auth';
import { connectFirestoreEmulator, getFirestore, terminate } from 'firebase/firestore';
import { connectFunctionsEmulator, getFunctions } from 'firebase/functions';
import { connectStorageEmulator, getStorage } from 'firebase/storage';
import { HOST } from './ports.js';
import type { Ports } from './ports.js';
import { BUCKET, PROJECT_ID } from './workspace.js';
import type { FirebaseApp } from 'firebase/app';

/** Accounts live in the emulator only, and only until it ends. */
const LOCAL_PASSWORD = 'local-password';

/** A user who is signed in on the local platform, with a Firebase app of their own. */
export interface Session {
  readonly app: FirebaseApp;
  readonly client: QuikThreadClient;
  readonly userId: string;
  readonly email: string;
  /** Signs nobody out; closes the connections, so that the process can end. */
  close(): Promise<void>;
}

/** A Firebase app, as a front end would make it, that talks to the emulators. */
export function emulatedApp(ports: Ports): FirebaseApp {
  const config = { projectId: PROJECT_ID, apiKey: 'local', storageBucket: BUCKET };
  const app = initializeApp(config, randomUUID());
  const auth = `http://${ports.host('auth')}`;
  connectAuthEmulator(getAuth(app), auth, { disableWarnings: true });
  connectFirestoreEmulator(getFirestore(app), HOST, ports.of('firestore'));
  connectFunctionsEmulator(getFunctions(app), HOST, ports.of('functions'));
  connectStorageEmulator(getStorage(app), HOST, ports.of('storage'));
  return app;
}

/** Signs a new user up, or, where the email has an account already, in. */
export async function openSession(
  ports: Ports,
  email = `${randomUUID()}@quikthread.test`,
): Promise<Session> {
  const app = emulatedApp(ports);
  const { user } = await signUpOrIn(getAuth(app), email);
  return {
    app,
    client: createQuikThreadClient(app),
    userId: user.uid,
    email,
    close: async () => {
      await terminate(getFirestore(app));
      await deleteApp(app);
    },
  };
}

async function signUpOrIn(auth: Auth, email: string): Promise<UserCredential> {
  try {
    return await createUserWithEmailAndPassword(auth, email, LOCAL_PASSWORD);
  } catch (error) {
    const known = error instanceof FirebaseError && error.code === 'auth/email-already-in-use';
    if (!known) throw error;
    return await signInWithEmailAndPassword(auth, email, LOCAL_PASSWORD);
  }
}
