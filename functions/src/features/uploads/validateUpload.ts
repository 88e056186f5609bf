import { parseUploadPath, uploadIdOf } from '@quikthread/contract';
import type { UploadRejection } from '@quikthread/contract';
import type { Firestore } from 'firebase-admin/firestore';
import type { Clock } from '../../platform/clock.js';
import { JobError } from '../../platform/errors.js';
import type { MediaObject } from '../../platform/media.js';
import { judgeMedia, judgeSize } from '../../providers/mediaVerdict.js';
import type { Refusal, SizeLimits } from '../../providers/mediaVerdict.js';
import type { MediaInfo } from '../../providers/types.js';
import { refusalOf } from './decide.js';
import { claim, forget, maxDurationOf, settle } from './store.js';
import type { Findings, UploadedObject } from './store.js';

export interface UploadDependencies {
  readonly db: Firestore;
  readonly clock: Clock;
  readonly limits: SizeLimits;
  /** As `platform/media.ts` has them. */
  readonly mediaUrl: (object: MediaObject) => Promise<string>;
  readonly deleteObject: (object: MediaObject) => Promise<void>;
  /** As `providers/ffprobe.ts` has it. */
  readonly probe: (url: string, options: { readonly timeoutSeconds: number }) => Promise<MediaInfo>;
}

/** An object that was written, as its event tells. */
export interface FinalizedObject {
  readonly storagePath: string;
  readonly generation: string;
  readonly bytes: number;
  readonly writtenAt: Date;
}

export type Outcome = 'ignored' | 'settled' | 'vanished' | 'valid' | UploadRejection;

const PROBE_SECONDS = 60;

/**
 * Validates an upload: `uploads/{uploadId}` becomes `pending`, then `valid` or `rejected`, and the
 * object of a rejected one is deleted. Objects elsewhere are ignored.
 *
 * May be called any number of times, late, and out of order: the newest generation counts. The
 * rejection is written before the object is deleted, so that a call that died in between is made up
 * for by the next one. Throws where the same call can turn out differently later.
 */
export async function validateUpload(
  dependencies: UploadDependencies,
  object: FinalizedObject,
): Promise<Outcome> {
  const path = parseUploadPath(object.storagePath);
  if (!path) return 'ignored';
  const { userId, filename } = path;
  const upload = { ...object, userId, uploadId: uploadIdOf(userId, filename) };
  const { db, clock, deleteObject } = dependencies;

  const action = await claim(db, upload, clock());
  if (action === 'delete') await deleteObject(object);
  if (action !== 'validate') return 'settled';

  const findings = await examine(dependencies, upload, object.writtenAt);
  if (!findings) {
    await forget(db, upload);
    return 'vanished';
  }
  await settle(db, upload, findings, clock());
  if (findings.reason === null) return 'valid';
  await deleteObject(object);
  return findings.reason;
}

/** What the upload is, or null where it was deleted or replaced in the meantime. */
async function examine(
  dependencies: UploadDependencies,
  upload: UploadedObject,
  writtenAt: Date,
): Promise<Findings | null> {
  const { db, clock, limits, mediaUrl, probe } = dependencies;
  const wrongSize = judgeSize(upload.bytes, limits);
  if (wrongSize) return rejected(wrongSize);
  try {
    const maxDuration = await maxDurationOf(db, upload.userId);
    const info = await probe(await mediaUrl(upload), { timeoutSeconds: PROBE_SECONDS });
    const verdict = judgeMedia(info, maxDuration);
    const { container, codec, duration } = verdict;
    if (!verdict.accepted) return { ...rejected(verdict), container, codec, duration };
    return { status: 'valid', reason: null, message: null, container, codec, duration };
  } catch (error) {
    if (error instanceof JobError && error.code === 'media_missing') return null;
    const ageSeconds = (clock().getTime() - writtenAt.getTime()) / 1000;
    const refusal = refusalOf(error, ageSeconds);
    if (!refusal) throw error;
    return rejected(refusal);
  }
}

function rejected({ reason, message }: Refusal): Findings {
  return { status: 'rejected', reason, message, container: null, codec: null, duration: null };
}
