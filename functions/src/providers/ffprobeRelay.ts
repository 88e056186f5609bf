import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ByteSource } from './ffprobeSource.js';

/** A loopback HTTP server that serves one source, under one unguessable path, by ranges. */
export interface Relay {
  readonly url: string;
  /** The first error of the source, if any: what ffprobe then says is only its consequence. */
  failure(): Error | undefined;
  close(): void;
}

/**
 * Starts a relay between ffprobe and what it may read.
 *
 * ffprobe is not given the real URL: the published Linux binary is static and crashes when it
 * resolves a host name (glibc's NSS cannot be linked statically), it would not verify certificates
 * by default, and its command line would show a signed URL to the machine. So this process makes
 * the requests, and ffprobe can reach only an address without a name and a path with one file.
 */
export async function startRelay(source: ByteSource): Promise<Relay> {
  const path = `/${randomBytes(16).toString('hex')}`;
  let failure: Error | undefined;
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== path) {
      response.writeHead(404).end();
      return;
    }
    serve(source, request, response).catch((error: unknown) => {
      failure ??= error instanceof Error ? error : new Error(String(error));
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  return {
    url: `http://127.0.0.1:${address.port}${path}`,
    failure: () => failure,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function serve(
  source: ByteSource,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? 'bytes=0-');
  const start = Number(range?.[1] ?? 0);
  const last = Math.min(range?.[2] ? Number(range[2]) : Infinity, source.size - 1);
  if (!range || start > last) {
    response.writeHead(416, { 'content-range': `bytes */${source.size}` }).end();
    return;
  }
  response.writeHead(206, {
    'accept-ranges': 'bytes',
    'content-length': last - start + 1,
    'content-range': `bytes ${start}-${last}/${source.size}`,
    'content-type': 'application/octet-stream',
  });
  await send(source, start, last, response);
}

/** Writes no further than the reader follows: what is not read need not be requested. */
async function send(
  source: ByteSource,
  start: number,
  last: number,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => {
    gone.abort();
  });
  let position = start;
  while (position <= last && !gone.signal.aborted) {
    const part = (await source.read(position)).subarray(0, last - position + 1);
    position += part.length;
    if (response.write(part)) continue;
    await once(response, 'drain', { signal: gone.signal }).catch(() => undefined);
  }
  response.end();
}
