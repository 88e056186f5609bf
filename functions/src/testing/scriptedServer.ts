import { createServer } from 'node:http';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as it came in. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ScriptedServer {
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  close(): Promise<void>;
}

/**
 * For specs: a server on a free port that answers each request by the next of `answers`, byte by byte as
 * the spec wants it, and a further request by 599.
 */
export async function startScriptedServer(
  ...answers: ((response: ServerResponse) => void)[]
): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://server');
      const { method = '', headers } = request;
      seen.push({ method, path: url.pathname, query: url.searchParams, headers, body });
      const answer = answers[seen.length - 1];
      if (answer) answer(response);
      else response.writeHead(599).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An answer of `status` with `body` as JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}) {
  return (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** A 200 with `body` as it is. */
export function raw(body: string, contentType = 'application/json') {
  return (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': contentType }).end(body);
  };
}

/** The connection is cut before an answer. */
export function cut(response: ServerResponse): void {
  response.socket?.destroy();
}

/** The connection is cut in the middle of the body. */
export function cutBody(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"results":', () => response.socket?.destroy());
}

/** Never answers. */
export function hang(): void {
  return undefined;
}

/** Sends the headers and the beginning of a body, and nothing after. */
export function hangBody(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"results":');
}
