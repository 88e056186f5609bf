import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Lets the page that sent a request read its answer. SDKs send credentials, for which the fetch
 * standard wants the origin by name.
 */
export function shareWithOrigin(request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-credentials', 'true');
  response.setHeader('access-control-expose-headers', 'X-HTTP-Session-Id');
  response.setHeader('vary', 'Origin');
}

/** Whether a browser only asks whether it may send a request. */
export function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** Allows what a preflight asks for. */
export function answerPreflight({ headers }: IncomingMessage, response: ServerResponse): void {
  const wanted = headers['access-control-request-headers'];
  response.writeHead(204, {
    'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
    'access-control-max-age': '3600',
    ...(wanted !== undefined && { 'access-control-allow-headers': wanted }),
  });
  response.end();
}
