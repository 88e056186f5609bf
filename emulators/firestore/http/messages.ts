import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { status } from '@grpc/grpc-js';
import { identify } from '../access/caller.js';
import type { Caller } from '../access/caller.js';
import { checkRequestSize } from '../messages/requestSize.js';
import type { FirestoreError } from '../model/status.js';

/** HTTP statuses by gRPC code, from the comments of google/rpc/code.proto. */
const HTTP_STATUS = [
  200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401,
];

/** The HTTP status and the body with which Google's APIs refuse. */
export function toErrorAnswer({ code, message, details }: FirestoreError): {
  status: number;
  body: object;
} {
  const httpStatus = HTTP_STATUS[code] ?? 500;
  return {
    status: httpStatus,
    body: {
      error: {
        code: httpStatus,
        message,
        status: status[code],
        ...(details.length > 0 && { details }),
      },
    },
  };
}

/**
 * Who sent a request. A transaction that is begun here does not end with the connection, for HTTP
 * clients take another one for each request.
 */
export function callerOf(authorization: string | undefined, isGone: () => boolean): Caller {
  return { ...identify(authorization), connection: 'http', isGone };
}

/** Whether the client has left before its answer. */
export function isAbandoned(response: ServerResponse): boolean {
  return response.destroyed && !response.writableFinished;
}

/** A request's body; INVALID_ARGUMENT where it is too large. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const bytes = await buffer(request);
  checkRequestSize(bytes.length);
  return bytes.toString();
}
