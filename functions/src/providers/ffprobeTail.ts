import { readAll } from './ffprobeSource.js';
import type { ByteSource, RemoteFile } from './ffprobeSource.js';

/** How much of a recording's end is looked at for the start of its last stretch, in bytes. */
const TAIL_WINDOWS = [1, 4, 16].map((megabytes) => megabytes * 1024 * 1024);
/** Where the first stretch begins at the latest: after headers, which hold no recording. */
const HEAD_BYTES = 1024 * 1024;

/**
 * The short forms of a recording, cheapest first, whose last packet is the recording's last one: its
 * header followed by its end, cut where a stretch with timestamps of its own begins (a WebM Cluster,
 * an MP4 movie fragment). What browsers record live states no duration in the header, so it has to
 * come from the last timestamp, and reading all packets would download the whole file.
 */
export async function* shortForms(file: RemoteFile): AsyncGenerator<ByteSource> {
  const head = await readAll(file, 0, Math.min(HEAD_BYTES, file.size));
  const headEnd = stretchStart(head);
  for (const window of TAIL_WINDOWS) {
    const tailStart = file.size - window;
    if (headEnd === null || tailStart <= headEnd) {
      if (file.size <= window) yield file;
      if (file.size <= window) return;
      continue;
    }
    const cut = stretchStart(await readAll(file, tailStart, file.size));
    if (cut !== null) yield joined(head.subarray(0, headEnd), file, tailStart + cut);
  }
}

/** Where the first WebM Cluster or MP4 movie fragment in `bytes` begins, or null. */
export function stretchStart(bytes: Buffer): number | null {
  const starts = [clusterStart(bytes), fragmentStart(bytes)].filter((start) => start !== null);
  return starts.length === 0 ? null : Math.min(...starts);
}

/** Whether a file that begins with these bytes is a fragmented MP4. */
export function startsFragmented(bytes: Buffer): boolean {
  return bytes.toString('latin1', 4, 8) === 'ftyp' && fragmentStart(bytes) !== null;
}

/** A Cluster element (RFC 9559, 5.1.3): its id, its size, then its Timestamp or a CRC-32. */
function clusterStart(bytes: Buffer): number | null {
  const id = Buffer.from('1f43b675', 'hex');
  for (let at = bytes.indexOf(id); at >= 0; at = bytes.indexOf(id, at + 1)) {
    const size = bytes[at + 4];
    if (size === undefined) return null;
    const sizeLength = Math.clz32(size) - 23;
    const child = bytes[at + 4 + sizeLength];
    if (child === 0xe7 || child === 0xbf) return at;
  }
  return null;
}

/** A `moof` box (ISO/IEC 14496-12, 8.8.4), whose first child is always `mfhd`. */
function fragmentStart(bytes: Buffer): number | null {
  for (let at = bytes.indexOf('moof'); at >= 0; at = bytes.indexOf('moof', at + 1)) {
    if (at >= 4 && bytes.toString('latin1', at + 8, at + 12) === 'mfhd') return at - 4;
  }
  return null;
}

function joined(head: Buffer, file: RemoteFile, tailStart: number): ByteSource {
  return {
    size: head.length + file.size - tailStart,
    read: async (start) =>
      start < head.length ? head.subarray(start) : file.read(tailStart + start - head.length),
  };
}
