import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';

/** For specs: an archive's files by name, in the archive's order; each checked against its CRC and sizes. */
export async function unzip(archive: Buffer): Promise<ReadonlyMap<string, Buffer>> {
  const zip = await fromBufferPromise(archive, { lazyEntries: true });
  const files = new Map<string, Buffer>();
  for await (const entry of zip.eachEntry()) {
    files.set(entry.fileName, await buffer(await zip.openReadStreamPromise(entry)));
  }
  return files;
}
