import type {
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
  ServiceError,
  UntypedServiceImplementation,
  sendUnaryData,
} from '@grpc/grpc-js';
import { Metadata, status } from '@grpc/grpc-js';
import { identify } from '../access/caller.js';
import type { Caller } from '../access/caller.js';
import type { FirestoreMethods, ServerStreamMethod, UnaryMethod } from '../methods/methods.js';
import type { OpenStream } from '../methods/streams.js';
import { StreamFeed } from '../methods/streams.js';
import { Code, toFirestoreError } from '../model/status.js';

type AnyCall =
  | ServerUnaryCall<unknown, unknown>
  | ServerWritableStream<unknown, unknown>
  | ServerDuplexStream<unknown, unknown>;

/** The methods as gRPC calls them; it answers UNIMPLEMENTED for others. */
export function grpcMethods(methods: FirestoreMethods): UntypedServiceImplementation {
  return {
    ...mapValues(methods.unary, unary),
    ...mapValues(methods.serverStream, serverStream),
    ...mapValues(methods.duplex, duplex),
  };
}

function mapValues<T, U>(
  record: Readonly<Record<string, T>>,
  map: (value: T) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

/** Who makes a call. */
function callerOf(call: AnyCall): Caller {
  const [authorization] = call.metadata.get('authorization');
  return {
    ...identify(authorization?.toString()),
    connection: call.getPeer(),
    isGone: () => call.cancelled,
  };
}

/** A method with one request and one answer; what it throws becomes the call's status. */
function unary(method: UnaryMethod) {
  return (call: ServerUnaryCall<object, object>, done: sendUnaryData<object>): void => {
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

/** A method with one request and a stream of answers. */
function serverStream(method: ServerStreamMethod) {
  return (call: ServerWritableStream<object, object>): void => {
    const send = (response: object): void => {
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
function duplex(open: OpenStream<object, object>) {
  return (call: ServerDuplexStream<object, object>): void => {
    const stream = open(callerOf(call), (response) => call.write(response));
    const feed = new StreamFeed(stream, (error) => {
      // Destroying the call would send no status.
      call.emit('error', toServiceError(error));
    });
    const close = (): void => {
      feed.close();
    };
    call.on('data', (request: object) => {
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
