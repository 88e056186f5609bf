import type { Readable, Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

/** A file of an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly content: Readable;
  /** Whether compressing it makes it smaller: recordings are compressed already. */
  readonly compress: boolean;
}

/**
 * Writes an archive as a stream, one entry after the other: the next one is asked for when the one before has
 * been read. Memory holds no more than the streams' buffers.
 * @throws what an entry or the target failed with, or the signal's reason; the target is destroyed then
 */
export async function writeZip(
  entries: AsyncIterable<ZipEntry>,
  target: Writable,
  signal: AbortSignal,
): Promise<void> {
  const zip = new ZipFile();
  const failure = new AbortController();
  const fail = (error: unknown) => {
    failure.abort(error);
  };
  const stop = AbortSignal.any([signal, failure.signal]);
  zip.on('error', fail);
  const adding = addAll(zip, entries, stop).catch(fail);
  await Promise.all([adding, pipeline(zip.outputStream, target, { signal: stop }).catch(fail)]);
  stop.throwIfAborted();
}

async function addAll(
  zip: ZipFile,
  entries: AsyncIterable<ZipEntry>,
  signal: AbortSignal,
): Promise<void> {
  for await (const { name, content, compress } of entries) {
    signal.throwIfAborted();
    try {
      zip.addReadStream(content, name, { compress });
      await finished(content, { signal });
    } finally {
      content.destroy();
    }
  }
  zip.end();
}
