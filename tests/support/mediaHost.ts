import { createServer } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a host answers one request. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A web server of a test's own, on this machine, whose links creators paste. */
export interface MediaHost {
  /** `http://127.0.0.1:port`. */
  readonly origin: string;
  /** The paths that were asked, in order, queries left out. */
  readonly requests: readonly string[];
  /** Cuts what is still open, and resolves once nothing listens any more. */
  close(): Promise<void>;
}

/**
 * Starts a host that answers by path; a path that is not among the routes is a 404. Routes may be
 * added while it runs, since some hold the host's own origin.
 */
export async function startMediaHost(routes: Readonly<Record<string, Answer>>): Promise<MediaHost> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    requests.push(path);
    (routes[path] ?? status(404))(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { origin: `http://127.0.0.1:${port}`, requests, close };
}

/** The content with its length, as a plain file server gives it. */
export function media(
  content: Buffer | string,
  type: string,
  headers: OutgoingHttpHeaders = {},
): Answer {
  const length = Buffer.byteLength(content);
  return (_, response) => {
    response.writeHead(200, { 'content-type': type, 'content-length': length, ...headers });
    response.end(content);
  };
}

/** A status without content. */
export function status(code: number, headers: OutgoingHttpHeaders = {}): Answer {
  return (_, response) => {
    response.writeHead(code, headers).end();
  };
}

export function redirect(location: string): Answer {
  return status(302, { location });
}

/** One answer a request; the last one from then on. */
export function inTurn(first: Answer, ...later: readonly Answer[]): Answer {
  const waiting = [first, ...later];
  let answer = first;
  return (request, response) => {
    answer = waiting.shift() ?? answer;
    answer(request, response);
  };
}

/** Headers that promise `length` bytes, the beginning of them, and then nothing; tells once that is out. */
export function stalling(
  beginning: Buffer,
  type: string,
  length: number,
  tell: () => void = () => undefined,
): Answer {
  return (_, response) => {
    response.writeHead(200, { 'content-type': type, 'content-length': length });
    response.write(beginning, tell);
  };
}

/** Half of the content, after which the connection is cut. */
export function cutHalfway(content: Buffer, type: string): Answer {
  return (_, response) => {
    response.writeHead(200, { 'content-type': type, 'content-length': content.length });
    response.write(content.subarray(0, content.length / 2), () => response.destroy());
  };
}
