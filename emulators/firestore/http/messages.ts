import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { identify } from '../access/caller.js';
import type { Caller } from '../access/caller.js';
import { checkRequestSize } from '../messages/requestSize.js';
import type { FirestoreError } from '../model/status.js';
import { Code } from '../model/status.js';

/** The HTTP status and the name of each code, from google/rpc/code.proto. */
const ANSWERS: Readonly<Record<Code, readonly [httpStatus: number, name: string]>> = {
  [Code.Cancelled]: [499, 'CANCELLED'],
  [Code.InvalidArgument]: [400, 'INVALID_ARGUMENT'],
  [Code.NotFound]: [404, 'NOT_FOUND'],
  [Code.AlreadyExists]: [409, 'ALREADY_EXISTS'],
  [Code.PermissionDenied]: [403, 'PERMISSION_DENIED'],
  [Code.FailedPrecondition]: [400, 'FAILED_PRECONDITION'],
  [Code.Aborted]: [409, 'ABORTED'],
  [Code.Unimplemented]: [501, 'UNIMPLEMENTED'],
  [Code.Internal]: [500, 'INTERNAL'],
};

/** The HTTP status and the body with which Google's APIs refuse. */
export function toErrorAnswer({ code, message, details }: FirestoreError): {
  status: number;
  body: object;
} {
  const [httpStatus, name] = ANSWERS[code];
  const error = { code: httpStatus, message, status: name };
  return {
    status: httpStatus,
    body: { error: { ...error, ...(details.length > 0 && { details }) } },
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
