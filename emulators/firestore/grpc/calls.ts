import type {
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
  ServiceError,
  sendUnaryData,
} from '@grpc/grpc-js';
import { Metadata, status } from '@grpc/grpc-js';
import { identify } from '../access/caller.js';
import type { Caller } from '../access/caller.js';
import { Code, toFirestoreError } from '../model/status.js';
import type { OpenStream } from './streams.js';
import { StreamFeed } from './streams.js';

type AnyCall =
  | ServerUnaryCall<unknown, unknown>
  | ServerWritableStream<unknown, unknown>
  | ServerDuplexStream<unknown, unknown>;

/** Who makes a call. */
export function callerOf(call: AnyCall): Caller {
  const [authorization] = call.metadata.get('authorization');
  return {
    ...identify(authorization?.toString()),
    connection: call.getPeer(),
    isGone: () => call.cancelled,
  };
}

/** A method with one request and one answer; what it throws becomes the call's status. */
export function unary<Request, Response>(
  method: (request: Request, caller: Caller) => Promise<Response>,
) {
  return (call: ServerUnaryCall<Request, Response>, done: sendUnaryData<Response>): void => {
    method(call.request, callerOf(call)).then(
      (response) => {
        done(null, response);
      },
      (error: unknown) => {
        done(toServiceError(error));
      },
    );
  };
}

/** A method with one request and a stream of answers, which it hands to `send`. */
export function serverStream<Request, Response>(
  method: (request: Request, caller: Caller, send: (response: Response) => void) => Promise<void>,
) {
  return (call: ServerWritableStream<Request, Response>): void => {
    const send = (response: Response): void => {
      call.write(response);
    };
    // An error without headers before it is taken for a lost connection, and tried again, by
    // google-gax's retry-request.
    call.sendMetadata(new Metadata());
    method(call.request, callerOf(call), send).then(
      () => call.end(),
      (error: unknown) => call.emit('error', toServiceError(error)),
    );
  };
}

/** A method with a stream of requests and one of answers. */
export function duplex<Request, Response>(open: OpenStream<Request, Response>) {
  return (call: ServerDuplexStream<Request, Response>): void => {
    const stream = open(callerOf(call), (response) => call.write(response));
    const feed = new StreamFeed(stream, (error) => {
      // Destroying the call would send no status.
      call.emit('error', toServiceError(error));
    });
    const close = (): void => {
      feed.close();
    };
    call.on('data', (request: Request) => {
      feed.push(request);
    });
    call.on('error', close);
    call.on('cancelled', close);
    call.on('close', close);
    call.on('end', () => {
      void feed.end().then(() => call.end());
    });
  };
}

const STATUS: Readonly<Record<Code, status>> = {
  [Code.Cancelled]: status.CANCELLED,
  [Code.InvalidArgument]: status.INVALID_ARGUMENT,
  [Code.NotFound]: status.NOT_FOUND,
  [Code.AlreadyExists]: status.ALREADY_EXISTS,
  [Code.PermissionDenied]: status.PERMISSION_DENIED,
  [Code.FailedPrecondition]: status.FAILED_PRECONDITION,
  [Code.Aborted]: status.ABORTED,
  [Code.Unimplemented]: status.UNIMPLEMENTED,
  [Code.Internal]: status.INTERNAL,
};

/** The status of a call that failed. */
function toServiceError(error: unknown): ServiceError {
  const { code, message } = toFirestoreError(error);
  const metadata = new Metadata();
  return Object.assign(new Error(message), { code: STATUS[code], details: message, metadata });
}
