import { JobError } from '../platform/errors.js';
import { notMedia, unreadable } from './mediaVerdict.js';

/** Bytes that can be read at any place. */
export interface ByteSource {
  readonly size: number;
  /** At least one byte from `start` (which is below `size`), as many as come cheaply. */
  read(start: number): Promise<Buffer>;
}

/** What one request asks of the storage: small enough to stop early, large enough to be few. */
const BLOCK_BYTES = 128 * 1024;

/**
 * A file behind a URL, read in blocks by range requests; a block is requested once.
 * Holds what it read in memory, `maxBytes` at most: a header that needs more is no header.
 */
export class RemoteFile implements ByteSource {
  readonly size: number;
  readonly #url: string;
  readonly #signal: AbortSignal;
  readonly #maxBlocks: number;
  readonly #blocks = new Map<number, Promise<Buffer>>();

  private constructor(url: string, size: number, first: Buffer, limits: ReadLimits) {
    this.#url = url;
    this.size = size;
    this.#signal = limits.signal;
    this.#maxBlocks = Math.ceil(limits.maxBytes / BLOCK_BYTES);
    this.#blocks.set(0, Promise.resolve(first));
  }

  /**
   * Reads the first block and, from its answer, the size.
   * @throws JobError `media_missing`, `not_media` (empty file), `media_unreadable`; never with the URL.
   */
  static async open(url: string, limits: ReadLimits): Promise<RemoteFile> {
    const { bytes, size } = await requestRange(url, 0, limits.signal);
    return new RemoteFile(url, size, bytes, limits);
  }

  async read(start: number): Promise<Buffer> {
    const index = Math.floor(start / BLOCK_BYTES);
    const block = await this.#block(index);
    return block.subarray(start - index * BLOCK_BYTES);
  }

  #block(index: number): Promise<Buffer> {
    const known = this.#blocks.get(index);
    if (known) return known;
    if (this.#blocks.size >= this.#maxBlocks) {
      return Promise.reject(
        new JobError('media_unreadable', unreadable().message, 'never', {
          cause: new Error(`the header needs more than ${this.#maxBlocks * BLOCK_BYTES} bytes`),
        }),
      );
    }
    const block = requestRange(this.#url, index * BLOCK_BYTES, this.#signal).then((r) => r.bytes);
    this.#blocks.set(index, block);
    return block;
  }
}

export interface ReadLimits {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** All bytes of `source` from `start` up to `end` (exclusive). */
export async function readAll(source: ByteSource, start: number, end: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let position = start;
  while (position < end) {
    const part = (await source.read(position)).subarray(0, end - position);
    parts.push(part);
    position += part.length;
  }
  return Buffer.concat(parts);
}

async function requestRange(
  url: string,
  start: number,
  signal: AbortSignal,
): Promise<{ bytes: Buffer; size: number }> {
  let response: Response;
  let bytes: Buffer;
  try {
    response = await fetch(url, {
      // Identity: a compressed object is decompressed by Storage as a whole, past the range.
      headers: {
        range: `bytes=${start}-${start + BLOCK_BYTES - 1}`,
        'accept-encoding': 'identity',
      },
      redirect: 'error',
      signal,
    });
    if (response.status !== 206) {
      await response.body?.cancel();
      throw refusedRange(response.status);
    }
    bytes = Buffer.from(await response.arrayBuffer());
  } catch (error) {
    if (error instanceof JobError || signal.aborted) throw error;
    throw new JobError('media_unreadable', unreadable().message, 'later', {
      cause: new Error(`range request failed: ${networkCause(error)}`),
    });
  }
  const size = Number(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1]);
  // A part of a block would leave its reader waiting for the rest for ever.
  const expected = Math.min(BLOCK_BYTES, size - start);
  if (!Number.isSafeInteger(size) || bytes.length !== expected) throw refusedRange(206);
  return { bytes, size };
}

/** The code of a failed fetch; its message can hold the URL. */
function networkCause(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return error instanceof Error ? error.name : 'unknown';
}

function refusedRange(status: number): JobError {
  const cause = new Error(`range request answered ${status}`);
  if (status === 404) {
    return new JobError('media_missing', 'The recording is no longer there.', 'never', { cause });
  }
  if (status === 416) return new JobError('not_media', notMedia().message, 'never', { cause });
  const ignoredRange = status === 200;
  return new JobError('media_unreadable', unreadable().message, ignoredRange ? 'never' : 'later', {
    cause,
  });
}
