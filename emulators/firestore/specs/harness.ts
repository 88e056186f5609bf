import { randomUUID } from 'node:crypto';
import { deleteApp as deleteWebApp, initializeApp as initializeWebApp } from 'firebase/app';
import type { Firestore as WebFirestore } from 'firebase/firestore';
import { connectFirestoreEmulator, getFirestore as getWebFirestore } from 'firebase/firestore';
import { deleteApp, initializeApp } from 'firebase-admin/app';
import type { Firestore } from 'firebase-admin/firestore';
import { getFirestore } from 'firebase-admin/firestore';
import type { EmulatorOptions, RunningEmulator } from '../server.js';
import { startEmulator } from '../server.js';

// Nothing here may ask the cloud who it is.
process.env['METADATA_SERVER_DETECTION'] = 'none';

export const PROJECT = 'demo-specs';

/** An emulator of its own for some tests, with the clients that were made for it. */
export interface Harness {
  readonly emulator: RunningEmulator;
  /** A client past the rules, over a connection of its own. */
  admin(): Firestore;
  /** The web SDK as a user with this id and these custom claims, or anonymous. */
  web(uid?: string, claims?: Readonly<Record<string, unknown>>): WebFirestore;
  /** Calls an HTTP endpoint of the emulator. */
  http(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts an emulator on a free port. */
export async function startHarness(options: Partial<EmulatorOptions> = {}): Promise<Harness> {
  const emulator = await startEmulator({ host: '127.0.0.1', port: 0, ...options });
  const cleanups: (() => Promise<unknown>)[] = [];
  const http = async (
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`http://127.0.0.1:${emulator.port}${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
  };
  return {
    emulator,
    admin: () => adminClient(emulator.port, cleanups),
    web: (uid, claims) => webClient(emulator.port, uid && { ...claims, sub: uid }, cleanups),
    http,
    clear: async () => {
      await http('DELETE', `/emulator/v1/projects/${PROJECT}/databases/(default)/documents`);
    },
    stop: async () => {
      await Promise.all(cleanups.map((cleanup) => cleanup()));
      await emulator.close();
    },
  };
}

function adminClient(port: number, cleanups: (() => Promise<unknown>)[]): Firestore {
  process.env['FIRESTORE_EMULATOR_HOST'] = `127.0.0.1:${port}`;
  const app = initializeApp({ projectId: PROJECT }, randomUUID());
  const firestore = getFirestore(app);
  delete process.env['FIRESTORE_EMULATOR_HOST'];
  cleanups.push(() => deleteApp(app));
  return firestore;
}

function webClient(
  port: number,
  token: { readonly sub: string } | undefined | '',
  cleanups: (() => Promise<unknown>)[],
): WebFirestore {
  const app = initializeWebApp({ projectId: PROJECT, apiKey: 'none' }, randomUUID());
  const firestore = getWebFirestore(app);
  const options = token ? { mockUserToken: token } : {};
  connectFirestoreEmulator(firestore, '127.0.0.1', port, options);
  cleanups.push(() => deleteWebApp(app));
  return firestore;
}

/** Collects what a listener is told, and waits for what a test expects. */
export class Observed<T> {
  readonly seen: T[] = [];
  private waiting: { test: (value: T) => boolean; resolve: (value: T) => void }[] = [];

  /** To be given to a listener. */
  readonly push = (value: T): void => {
    this.seen.push(value);
    this.waiting = this.waiting.filter(({ test, resolve }) => {
      if (!test(value)) return true;
      resolve(value);
      return false;
    });
  };

  /** The first value, seen already or yet to come, that passes. */
  until(test: (value: T) => boolean): Promise<T> {
    const found = this.seen.find(test);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => this.waiting.push({ test, resolve }));
  }
}
