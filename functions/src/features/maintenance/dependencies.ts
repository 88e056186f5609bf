import type { Firestore } from 'firebase-admin/firestore';
import type { SweepDependencies } from '../../engine/stalled.js';
import type { ListedObject, MediaObject } from '../../platform/media.js';

/** What cleaning up recordings works with: Firestore, and Storage as `platform/media.ts` has it. */
export interface MediaDependencies {
  readonly db: Firestore;
  readonly findObject: (storagePath: string) => Promise<MediaObject | null>;
  readonly deleteObject: (object: MediaObject) => Promise<void>;
  readonly listObjects: (
    prefix: string,
    after: string | null,
  ) => AsyncIterable<readonly ListedObject[]>;
}

/** What all of this feature works with. */
export type MaintenanceDependencies = MediaDependencies & SweepDependencies;
