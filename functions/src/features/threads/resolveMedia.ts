import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { Storage } from 'firebase-admin/storage';
import type { JobErrorCode } from '@quikthread/contract';
import { fetchedPath } from '../../engine/jobMedia.js';
import type { Step } from '../../engine/types.js';
import { JobError } from '../../platform/errors.js';
import type { MediaObject } from '../../platform/media.js';
import { judgeMedia } from '../../providers/mediaVerdict.js';
import type { MediaRejection, SizeLimits } from '../../providers/mediaVerdict.js';
import type { MediaInfo } from '../../providers/types.js';
import type { RecordingOptions, WebRecording } from '../../providers/web/recording.js';
import type { ThreadJobInput } from './input.js';

export interface ResolveDependencies {
  readonly bucket: () => Promise<ReturnType<Storage['bucket']>>;
  readonly limits: SizeLimits;
  readonly allowLoopbackUrls: boolean;
  /** As `platform/media.ts` has them. */
  readonly mediaUrl: (object: MediaObject) => Promise<string>;
  readonly findObject: (storagePath: string) => Promise<MediaObject | null>;
  readonly deleteObject: (object: MediaObject) => Promise<void>;
  /** As `providers/ffprobe.ts` has it. */
  readonly probe: (
    url: string,
    options: { readonly timeoutSeconds: number; readonly signal: AbortSignal },
  ) => Promise<MediaInfo>;
  /** As `providers/web/recording.ts` has it. */
  readonly openRecording: (link: string, options: RecordingOptions) => Promise<WebRecording>;
}

const resolvedSchema = z.object({
  storagePath: z.string(),
  generation: z.string(),
  /** Seconds. */
  duration: z.number().positive(),
});
/** The Storage object that the job's later steps read, and its length. */
export type ResolvedMedia = z.infer<typeof resolvedSchema>;

const PROBE_SECONDS = 60;

/**
 * The first step of a thread job: makes sure that its recording is in Storage and may be used.
 *
 * An upload was validated before: it must still be there as it was. A link's recording is streamed to
 * `users/{uid}/fetched/{jobId}` and judged as uploads are; a refused one is deleted again. A second
 * attempt takes what the first has stored, since an object appears only when it is whole.
 *
 * Fails with a JobError of the codes that name the recording or the link.
 */
export function resolveStep(
  dependencies: ResolveDependencies,
): Step<ThreadJobInput, unknown, ResolvedMedia> {
  return {
    name: 'resolve',
    status: 'processing',
    progress: 0,
    timeoutSeconds: 240,
    maxAttempts: 4,
    keep: 'document',
    result: resolvedSchema,
    async run({ jobId, userId, input, signal }) {
      if (input.type === 'upload') return uploaded(dependencies, input);
      const storagePath = fetchedPath(userId, jobId);
      const object =
        (await dependencies.findObject(storagePath)) ??
        (await fetchTo(dependencies, input.contentUrl, storagePath, signal));
      const duration = await judge(dependencies, object, input.maxDuration, signal);
      return { storagePath, generation: object.generation, duration };
    },
    publish: ({ duration }) => ({ job: { duration } }),
  };
}

async function uploaded(
  { findObject }: ResolveDependencies,
  { storagePath, generation, duration }: Extract<ThreadJobInput, { type: 'upload' }>,
): Promise<ResolvedMedia> {
  await requireObject(findObject, { storagePath, generation });
  return { storagePath, generation, duration };
}

/** Makes sure that a recording is still there as it was. @throws JobError `media_missing` */
export async function requireObject(
  findObject: ResolveDependencies['findObject'],
  { storagePath, generation }: MediaObject,
): Promise<void> {
  const newest = await findObject(storagePath);
  if (newest?.generation === generation) return;
  const what = newest ? 'was replaced by another one' : 'was deleted';
  throw new JobError(
    'media_missing',
    `The recording ${what} after the job was made. Please make a new job of a new upload.`,
    'never',
  );
}

/** Streams a link's recording to Storage; memory holds no more of it than the streams' buffers. */
async function fetchTo(
  { bucket, limits, allowLoopbackUrls: allowLoopback, openRecording }: ResolveDependencies,
  link: string,
  storagePath: string,
  signal: AbortSignal,
): Promise<MediaObject> {
  const file = (await bucket()).file(storagePath);
  const recording = await openRecording(link, { limits, allowLoopback, signal });
  const contentType = recording.contentType || 'application/octet-stream';
  // One request: what fails half-way is fetched again from its beginning in any case.
  const target = file.createWriteStream({ resumable: false, metadata: { contentType } });
  await pipeline(recording.body, target, { signal });
  return { storagePath, generation: String(file.metadata.generation) };
}

/** The recording's duration in seconds. A refused one is deleted before the refusal is thrown. */
async function judge(
  { mediaUrl, probe, deleteObject }: ResolveDependencies,
  object: MediaObject,
  maxDuration: number,
  signal: AbortSignal,
): Promise<number> {
  try {
    const url = await mediaUrl(object);
    const info = await probe(url, { timeoutSeconds: PROBE_SECONDS, signal });
    const verdict = judgeMedia(info, maxDuration);
    if (verdict.accepted) return verdict.duration;
    throw new JobError(codeOf(verdict.reason), verdict.message, 'never');
  } catch (error) {
    if (error instanceof JobError && error.retry === 'never') await deleteObject(object);
    throw error;
  }
}

function codeOf(reason: MediaRejection): JobErrorCode {
  return reason === 'unreadable' ? 'media_unreadable' : reason;
}
