import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ffmpeg from '@ffmpeg-installer/ffmpeg';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'quikthread-media-'));
// Hundreds of megabytes that nobody needs afterwards.
process.once('exit', () => {
  rmSync(folder, { recursive: true, force: true });
});
const made = new Map<string, Promise<string>>();

/** A file made by ffmpeg with these arguments, the output's left out; made once a test run. */
export function media(name: string, ...args: string[]): Promise<string> {
  const path = join(folder, name);
  const making =
    made.get(name) ?? run(ffmpeg.path, ['-v', 'error', '-y', ...args, path]).then(() => path);
  made.set(name, making);
  return making;
}

/** Arguments for a tone, and for a moving picture, of some seconds. */
export const tone = (seconds: number) => ['-f', 'lavfi', '-i', `sine=d=${seconds}`];
export const picture = (seconds: number) => [
  '-f',
  'lavfi',
  '-i',
  `testsrc=s=160x120:r=10:d=${seconds}`,
];

/** Repeats a file's content, as a larger file needs it, without encoding it again. */
export const repeated = (path: string, times: number) => [
  ...['-stream_loop', String(times - 1), '-i', path, '-c', 'copy'],
];

export function bytesOf(path: string): Promise<Buffer> {
  return readFile(path);
}

/** A server of one file by ranges, as Storage serves it, that counts what was asked of it. */
export interface RangeServer {
  readonly url: string;
  bytesServed(): number;
  close(): void;
}

/** Serves bytes, or the file at a path. */
export async function serveRanges(content: Buffer | string): Promise<RangeServer> {
  const file = typeof content === 'string' ? await open(content) : null;
  const size = file ? (await file.stat()).size : content.length;
  let served = 0;
  const read = async (start: number, length: number): Promise<Buffer> => {
    if (!file) return Buffer.from(content).subarray(start, start + length);
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, (await file.read(buffer, 0, length, start)).bytesRead);
  };
  const server = createServer((request, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const start = Number(from);
    if (start >= size) return response.writeHead(416).end();
    void read(start, Math.min(Number(to), size - 1) - start + 1).then((bytes) => {
      served += bytes.length;
      const range = `bytes ${start}-${start + bytes.length - 1}/${size}`;
      response
        .writeHead(206, { 'content-range': range, 'content-length': bytes.length })
        .end(bytes);
    });
    return response;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/file?token=secret-token`,
    bytesServed: () => served,
    close: () => {
      server.close();
      server.closeAllConnections();
      void file?.close();
    },
  };
}
