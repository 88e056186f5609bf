import { storage } from './firebase.js';

/** One version of one Storage object. */
export interface MediaObject {
  /** Path in the bucket, without a leading slash. */
  readonly storagePath: string;
  /** The Storage generation, a decimal number. */
  readonly generation: string;
}

/** What a link to a recording is good for at most (specification, step 11). */
export const MEDIA_URL_SECONDS = 2 * 60 * 60;

/**
 * A URL that reads this generation of the object by GET, ranges included, without credentials,
 * for at most `seconds`. It is a secret: it must not reach logs, errors or documents.
 *
 * In production a V4 signed URL that names the generation, so that it stops working when the object
 * is replaced. Signing happens by the IAM `signBlob` call: the functions' service account needs
 * `iam.serviceAccounts.signBlob` on itself (role "Service Account Token Creator").
 *
 * Under the Storage emulator (FIREBASE_STORAGE_EMULATOR_HOST) the emulator's own download URL
 * (firebase-tools, lib/emulator/storage/apis/gcloud.js), which asks for no authorization, does not
 * expire, and always reads the newest generation.
 */
export async function mediaUrl(object: MediaObject, seconds = MEDIA_URL_SECONDS): Promise<string> {
  const bucket = (await storage()).bucket();
  const emulator = process.env['FIREBASE_STORAGE_EMULATOR_HOST'];
  if (emulator) {
    const name = encodeURIComponent(object.storagePath);
    return `http://${emulator}/download/storage/v1/b/${bucket.name}/o/${name}?alt=media`;
  }
  const file = bucket.file(object.storagePath, { generation: object.generation });
  const [url] = await file.getSignedUrl({
    version: 'v4',
    action: 'read',
    expires: Date.now() + seconds * 1000,
  });
  return url;
}

/** The newest object under a path: its generation and size in bytes, or null where there is none. */
export async function findObject(
  storagePath: string,
): Promise<(MediaObject & { readonly bytes: number }) | null> {
  const file = (await storage()).bucket().file(storagePath);
  try {
    const [metadata] = await file.getMetadata();
    return {
      storagePath,
      generation: String(metadata.generation),
      bytes: Number(metadata.size),
    };
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

/** An object as a listing shows it. */
export interface ListedObject extends MediaObject {
  readonly createdAt: Date;
}

/**
 * The objects whose path begins with `prefix`, by path, in pages as Storage gives them.
 * @param after only what comes behind this path
 */
export async function* listObjects(
  prefix: string,
  after: string | null,
): AsyncGenerator<readonly ListedObject[]> {
  const bucket = (await storage()).bucket();
  const query = { prefix, autoPaginate: false, ...(after !== null && { startOffset: after }) };
  let pageToken: string | undefined;
  do {
    const [files, next] = await bucket.getFiles({ ...query, ...(pageToken && { pageToken }) });
    // The offset is itself part of what Storage lists; the emulator heeds none.
    const behind = files.filter(({ name }) => after === null || name > after);
    yield behind.map(({ name, metadata }) => ({
      storagePath: name,
      generation: String(metadata.generation),
      createdAt: new Date(metadata.timeCreated ?? 0),
    }));
    // Null, against its type, behind the last page.
    pageToken = (next as { pageToken?: string } | null)?.pageToken;
  } while (pageToken !== undefined);
}

/**
 * Deletes this generation of the object; a newer one under the same path stays, and an object that
 * is gone already is no error.
 */
export async function deleteObject(object: MediaObject): Promise<void> {
  // The emulator heeds no preconditions, hence the look before; in production the precondition decides.
  const newest = await findObject(object.storagePath);
  if (newest?.generation !== object.generation) return;
  const file = (await storage()).bucket().file(object.storagePath);
  try {
    await file.delete({ ifGenerationMatch: object.generation });
  } catch (error) {
    const replacedOrGone = [404, 412];
    if (!replacedOrGone.includes(statusOf(error))) throw error;
  }
}

/** The HTTP status of a Storage error, 0 where it has none. */
function statusOf(error: unknown): number {
  if (!(error instanceof Error) || !('code' in error)) return 0;
  return Number(error.code) || 0;
}
