import type { Auth } from 'firebase-admin/auth';
import type { Firestore } from 'firebase-admin/firestore';
import type { Storage } from 'firebase-admin/storage';
import type { EngineDependencies } from '../../engine/dependencies.js';
import type { Clock } from '../../platform/clock.js';
import type { MediaObject } from '../../platform/media.js';

export type Bucket = ReturnType<Storage['bucket']>;

/** What packing a user's data needs. */
export interface ArchiveDependencies {
  readonly db: Firestore;
  readonly clock: Clock;
  readonly bucket: () => Promise<Bucket>;
}

/** What the callables about exports need. The links are as `platform/media.ts` has them. */
export interface ExportDependencies {
  readonly db: Firestore;
  readonly clock: Clock;
  readonly findObject: (storagePath: string) => Promise<MediaObject | null>;
  readonly mediaUrl: (object: MediaObject, seconds: number) => Promise<string>;
}

/** The task that deletes an account, delivered again until it is done. */
export interface DeletionTask {
  readonly userId: string;
  /** ISO 8601. */
  readonly enqueuedAt: string;
}

/** What asking for a deletion needs. */
export interface RequestDependencies {
  readonly db: Firestore;
  readonly clock: Clock;
  readonly enqueue: (task: DeletionTask) => Promise<void>;
}

/** What a user has at another service, which ends with the account. */
export interface ServiceEnding {
  /** Known by it to a deletion under way. */
  readonly name: string;
  /** Ends it, or goes on ending it. @returns whether it has ended; false, or a throw, is tried again */
  readonly end: (userId: string) => Promise<boolean>;
  /** After how many tries in vain the deletion goes on without it; null where it must not. */
  readonly maxTries: number | null;
}

/** What a deletion works with. */
export interface DeletionDependencies {
  readonly db: Firestore;
  readonly clock: Clock;
  readonly bucket: () => Promise<Bucket>;
  readonly auth: () => Promise<Pick<Auth, 'deleteUser'>>;
  readonly engine: () => Promise<Pick<EngineDependencies, 'db' | 'clock' | 'kindOf'>>;
  readonly endings: readonly ServiceEnding[];
}
