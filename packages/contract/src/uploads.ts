import { z } from 'zod';

/** File types that a creator may upload (specification, step 11). */
export const mediaExtensions = ['mp3', 'mp4', 'm4a', 'wav', 'webm'] as const;

/** Why an upload was refused. */
export const uploadRejectionSchema = z.enum([
  'too_large',
  'too_small',
  'not_media',
  'no_audio',
  'unsupported_container',
  'too_long',
  'unreadable',
  'too_many',
]);
export type UploadRejection = z.infer<typeof uploadRejectionSchema>;

export const uploadStatusSchema = z.enum(['pending', 'valid', 'rejected']);

/**
 * `uploads/{uploadId}`: what validation found of one Storage object. Readable by its owner.
 * `duration` is in seconds; `message` is for the user and set with `reason`.
 */
export const uploadSchema = z.object({
  userId: z.string(),
  storagePath: z.string(),
  /** The Storage object's generation: a file written again under the same name is another upload. */
  generation: z.string(),
  status: uploadStatusSchema,
  reason: uploadRejectionSchema.nullable(),
  message: z.string().nullable(),
  container: z.string().nullable(),
  codec: z.string().nullable(),
  bytes: z.int().nonnegative(),
  duration: z.number().nonnegative().nullable(),
});
export type Upload = z.infer<typeof uploadSchema>;

const uploadPathPattern = /^users\/([^/]{1,128})\/uploads\/([A-Za-z0-9][A-Za-z0-9._-]{0,199})$/;

/** The Storage path of an upload: `users/{uid}/uploads/{filename}`. */
export const storagePathSchema = z
  .string()
  .regex(uploadPathPattern, 'must be users/{uid}/uploads/{filename} with a plain file name');

/** The owner and file name in an upload's Storage path, or null where it is not such a path. */
export function parseUploadPath(path: string): { userId: string; filename: string } | null {
  const match = uploadPathPattern.exec(path);
  return match?.[1] && match[2] ? { userId: match[1], filename: match[2] } : null;
}

/** The id of the `uploads` document of a Storage object, the same for both sides. */
export function uploadIdOf(userId: string, filename: string): string {
  return `${userId}:${filename}`;
}
