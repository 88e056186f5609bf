import { FirebaseError, initializeApp } from 'firebase/app';
import type { DocumentData, Firestore, FirestoreSettings } from 'firebase/firestore';
import {
  collection,
  connectFirestoreEmulator,
  deleteDoc,
  disableNetwork,
  doc,
  enableNetwork,
  getCountFromServer,
  getDocFromServer,
  initializeFirestore,
  limit,
  memoryLocalCache,
  onSnapshot,
  orderBy,
  persistentLocalCache,
  query,
  runTransaction,
  serverTimestamp,
  setDoc,
  setLogLevel,
  updateDoc,
  writeBatch,
} from 'firebase/firestore';

/** How a page reaches the emulator. */
export interface ConnectOptions {
  readonly projectId: string;
  readonly port: number;
  /** An ID token, signed or not; anonymous without. */
  readonly token?: string;
  readonly transport: Transport;
  /** Whether the SDK keeps what it has seen when the page is left. */
  readonly isPersistent?: boolean;
}

/** How the page waits for what the server sends; by default the SDK begins with streaming. */
export type Transport = 'default' | 'streaming' | 'long polling';

/** What a listener is told, in a form that can leave the page. */
export interface PageEvent {
  /** The ids in order, with each document's field `n`. */
  readonly documents: readonly (readonly [id: string, n: unknown])[];
  readonly fromCache: boolean;
  readonly hasPendingWrites: boolean;
  /** The page's clock when it was told, in milliseconds since 1970. */
  readonly at: number;
  /** The code of the error that ended the listener. */
  readonly error?: string;
}

declare global {
  /** Given to the page by the test: gets each event of each listener. */
  var observe: (listener: string, event: PageEvent) => Promise<void>;
  /** The page's side of the tests. */
  var client: typeof pageClient;
}

setLogLevel('silent');
let db: Firestore;

const TRANSPORTS: Readonly<Record<Transport, FirestoreSettings>> = {
  default: {},
  streaming: { experimentalAutoDetectLongPolling: false },
  'long polling': { experimentalForceLongPolling: true },
};

/** Tells of a snapshot, or of the error in its place. */
function tell(listener: string, event: Partial<PageEvent>): void {
  const nothing = { documents: [], fromCache: false, hasPendingWrites: false };
  void globalThis.observe(listener, { ...nothing, at: Date.now(), ...event });
}

/** Puts an error's code into its message, which is all of it that leaves the page. */
async function naming<T>(outcome: Promise<T>): Promise<T> {
  try {
    return await outcome;
  } catch (error) {
    throw error instanceof FirebaseError ? new Error(`${error.code}: ${error.message}`) : error;
  }
}

/** What tests have the page do, on the web SDK's build for browsers. */
const pageClient = {
  connect({ projectId, port, token, transport, isPersistent }: ConnectOptions): void {
    const app = initializeApp({ projectId, apiKey: 'none' });
    const localCache = isPersistent === true ? persistentLocalCache() : memoryLocalCache();
    db = initializeFirestore(app, { ...TRANSPORTS[transport], localCache });
    const options = token === undefined ? {} : { mockUserToken: token };
    connectFirestoreEmulator(db, '127.0.0.1', port, options);
  },

  /** Follows a collection by its field `n`, the first `count` documents or all. */
  followCollection(listener: string, path: string, count?: number): void {
    const ordered = query(collection(db, path), orderBy('n'));
    onSnapshot(
      count === undefined ? ordered : query(ordered, limit(count)),
      { includeMetadataChanges: true },
      ({ docs, metadata: { fromCache, hasPendingWrites } }) => {
        const documents = docs.map((found) => [found.id, found.get('n')] as const);
        tell(listener, { documents, fromCache, hasPendingWrites });
      },
      ({ code }) => {
        tell(listener, { error: code });
      },
    );
  },

  set(path: string, data: DocumentData): Promise<void> {
    return naming(setDoc(doc(db, path), data));
  },

  update(path: string, data: DocumentData): Promise<void> {
    return naming(updateDoc(doc(db, path), data));
  },

  remove(path: string): Promise<void> {
    return deleteDoc(doc(db, path));
  },

  /** Writes one batch of documents `{n}`, by their paths. */
  setAll(entries: Readonly<Record<string, number>>): Promise<void> {
    const batch = writeBatch(db);
    for (const [path, n] of Object.entries(entries)) batch.set(doc(db, path), { n });
    return batch.commit();
  },

  async read(path: string): Promise<DocumentData | undefined> {
    return (await naming(getDocFromServer(doc(db, path)))).data();
  },

  async count(path: string): Promise<number> {
    return (await getCountFromServer(collection(db, path))).data().count;
  },

  /** Adds one to a document's `n` in a transaction, and answers how many attempts it took. */
  async increment(path: string): Promise<number> {
    let attempts = 0;
    await runTransaction(db, async (transaction) => {
      attempts += 1;
      const { n } = (await transaction.get(doc(db, path))).data() as { n: number };
      transaction.update(doc(db, path), { n: n + 1, at: serverTimestamp() });
    });
    return attempts;
  },

  goOffline: (): Promise<void> => disableNetwork(db),

  goOnline: (): Promise<void> => enableNetwork(db),
};

globalThis.client = pageClient;
