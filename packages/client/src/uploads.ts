import { mediaExtensions, paths, uploadIdOf, uploadSchema } from '@quikthread/contract';
import type { Upload, UploadRejection } from '@quikthread/contract';
import type { Auth } from 'firebase/auth';
import { collection, onSnapshot, query, where } from 'firebase/firestore';
import type { Firestore } from 'firebase/firestore';
import { ref, uploadBytesResumable } from 'firebase/storage';
import type { FirebaseStorage } from 'firebase/storage';
import { parseDocument } from './documents.js';
import { QuikThreadError, toQuikThreadError, unauthenticated } from './errors.js';
import { untilSettled } from './untilSettled.js';

type MediaExtension = (typeof mediaExtensions)[number];

/** What Storage's rules allow for each extension where the caller names no content type. */
const contentTypes: Readonly<Record<MediaExtension, string>> = {
  mp3: 'audio/mpeg',
  mp4: 'video/mp4',
  m4a: 'audio/mp4',
  wav: 'audio/wav',
  webm: 'video/webm',
};

export interface UploadProgress {
  readonly bytesTransferred: number;
  readonly totalBytes: number;
}

export interface UploadOptions {
  /** The file's own name; only its extension is used: mp3, mp4, m4a, wav or webm. */
  readonly name: string;
  readonly contentType?: string;
  readonly onProgress?: (progress: UploadProgress) => void;
  /** Cancels the upload, or the waiting for its validation. */
  readonly signal?: AbortSignal;
}

/** An upload that the backend has looked into and accepted; `duration` in seconds. */
export interface ValidUpload extends Upload {
  readonly uploadId: string;
  readonly status: 'valid';
}

export interface QuikThreadUploads {
  /**
   * Uploads a recording of the signed-in user and waits until the backend has looked into it.
   * @throws QuikThreadError, with code `upload_rejected` and the reason in `details` where the file
   *   was refused (the backend has then deleted it), `permission-denied` where Storage's rules
   *   refuse it (its size or content type).
   */
  uploadMedia(file: Blob | Uint8Array, options: UploadOptions): Promise<ValidUpload>;
}

export function createUploads(
  auth: Auth,
  firestore: Firestore,
  storage: FirebaseStorage,
): QuikThreadUploads {
  return {
    uploadMedia: async (file, options) => {
      const userId = auth.currentUser?.uid;
      if (userId === undefined) throw unauthenticated();
      const extension = extensionOf(options.name);
      // A name of its own for every upload: an object never changes once it has been validated.
      const filename = `${crypto.randomUUID()}.${extension}`;
      const storagePath = `users/${userId}/uploads/${filename}`;
      const contentType = options.contentType ?? contentTypes[extension];
      await send(storage, storagePath, file, contentType, options);
      const upload = await validated(firestore, userId, storagePath, options.signal);
      return { ...upload, uploadId: uploadIdOf(userId, filename) };
    },
  };
}

function extensionOf(name: string): MediaExtension {
  const extension = mediaExtensions.find((known) => name.toLowerCase().endsWith(`.${known}`));
  if (extension) return extension;
  throw rejected('unsupported_container', `Files must be one of ${mediaExtensions.join(', ')}.`);
}

function rejected(reason: UploadRejection, message: string): QuikThreadError {
  return new QuikThreadError('failed-precondition', message, { code: 'upload_rejected', reason });
}

/** Sends the file in parts, each of which is tried again by itself when the network fails. */
function send(
  storage: FirebaseStorage,
  storagePath: string,
  file: Blob | Uint8Array,
  contentType: string,
  { onProgress, signal }: UploadOptions,
): Promise<void> {
  return untilSettled(signal, (resolve, reject) => {
    const task = uploadBytesResumable(ref(storage, storagePath), file, { contentType });
    task.on(
      'state_changed',
      ({ bytesTransferred, totalBytes }) => onProgress?.({ bytesTransferred, totalBytes }),
      (error) => {
        reject(uploadFailure(error));
      },
      resolve,
    );
    // Nothing happens to a task that has ended.
    return () => task.cancel();
  });
}

/** Storage's rules refuse without a word of why. */
function uploadFailure(cause: unknown): QuikThreadError {
  const error = toQuikThreadError(cause);
  if (error.status !== 'permission-denied') return error;
  const message = 'This file was not taken: it must be audio or video of 1 MB to 500 MB.';
  return new QuikThreadError(error.status, message, null, { cause });
}

/**
 * Waits for the backend's verdict. A query and not the document itself, which is not there at
 * first: the rules could not tell whose it will be.
 */
function validated(
  firestore: Firestore,
  userId: string,
  storagePath: string,
  signal: AbortSignal | undefined,
): Promise<Upload & { status: 'valid' }> {
  const verdict = query(
    collection(firestore, paths.uploads),
    where('userId', '==', userId),
    where('storagePath', '==', storagePath),
  );
  return untilSettled(signal, (resolve, reject) =>
    onSnapshot(
      verdict,
      ({ docs: [document] }) => {
        if (!document) return;
        const upload = parseDocument(uploadSchema, document.ref.path, document.data());
        if (upload instanceof QuikThreadError) {
          reject(upload);
        } else if (upload.status === 'valid') {
          resolve({ ...upload, status: upload.status });
        } else if (upload.status === 'rejected') {
          const message = upload.message ?? 'This file cannot be used.';
          reject(rejected(upload.reason ?? 'unreadable', message));
        }
      },
      (error) => {
        reject(toQuikThreadError(error));
      },
    ),
  );
}
