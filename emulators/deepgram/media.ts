import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Media that could not be fetched, in Deepgram's words. */
export class RemoteContentError extends Error {}

/** Bytes and sha256 (hexadecimal) of what was stored. */
export interface StoredMedia {
  bytes: number;
  sha256: string;
}

/** Streams media to a file. */
export async function store(
  media: Readable,
  file: string,
  signal: AbortSignal,
): Promise<StoredMedia> {
  const hash = createHash('sha256');
  let bytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(media, measure, createWriteStream(file), { signal });
  return { bytes, sha256: hash.digest('hex') };
}

/**
 * Fetches media as Deepgram does for `{url}`.
 * @throws RemoteContentError
 */
export async function fetchTo(
  url: string,
  file: string,
  signal: AbortSignal,
): Promise<StoredMedia> {
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) {
    throw new RemoteContentError('Could not parse the URL for media download.');
  }
  try {
    const response = await fetch(url, { signal });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      const kind = response.status >= 500 ? 'server' : 'client';
      throw new RemoteContentError(
        `The remote server hosting the media returned a ${kind} error: ` +
          `${response.status} ${response.statusText}.`,
      );
    }
    return await store(Readable.fromWeb(response.body), file, signal);
  } catch (cause) {
    if (signal.aborted || cause instanceof RemoteContentError) throw cause;
    throw new RemoteContentError('The media could not be downloaded from the URL.', { cause });
  }
}
