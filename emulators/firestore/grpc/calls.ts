import type {
  Metadata,
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
  UntypedServiceImplementation,
  sendUnaryData,
} from '@grpc/grpc-js';
import { identify } from '../access/caller.js';
import type { Caller } from '../access/caller.js';
import type { FirestoreMethods, ServerStreamMethod, UnaryMethod } from '../methods/methods.js';
import type { OpenStream } from '../methods/streams.js';
import { StreamFeed } from '../methods/streams.js';
import { methodDescriptions, toPlain } from '../messages/protos.js';
import { checkRequestSize } from '../messages/requestSize.js';
import type { Code } from '../model/status.js';
import { toFirestoreError } from '../model/status.js';

type AnyCall =
  | ServerUnaryCall<unknown, unknown>
  | ServerWritableStream<unknown, unknown>
  | ServerDuplexStream<unknown, unknown>;

/** Reads a request's bytes; INVALID_ARGUMENT where they are too many. */
type ReadRequest = (bytes: Buffer) => object;

/**
 * The methods as gRPC calls them; it answers UNIMPLEMENTED for others.
 *
 * @param newMetadata makes empty metadata
 */
export function grpcMethods(
  methods: FirestoreMethods,
  newMetadata: () => Metadata,
): UntypedServiceImplementation {
  const serverStream = (method: ServerStreamMethod, read: ReadRequest) =>
    serverStreamCall(method, read, newMetadata);
  return {
    ...withReaders(methods.unary, unary),
    ...withReaders(methods.serverStream, serverStream),
    ...withReaders(methods.duplex, duplex),
  };
}

/** Makes a call of each method and of what reads its requests. */
function withReaders<T, U>(
  methods: Readonly<Record<string, T>>,
  callOf: (method: T, read: ReadRequest) => U,
): Record<string, U> {
  const calls = methodDescriptions().flatMap(({ name, request }): [string, U][] => {
    const method = methods[name];
    const read = (bytes: Buffer): object => {
      checkRequestSize(bytes.length);
      return toPlain(request, request.decode(bytes));
    };
    return method === undefined ? [] : [[name, callOf(method, read)]];
  });
  return Object.fromEntries(calls);
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
function unary(method: UnaryMethod, read: ReadRequest) {
  return (call: ServerUnaryCall<Buffer, object>, done: sendUnaryData<object>): void => {
    const answer = async (): Promise<object> => method(read(call.request), callerOf(call));
    answer().then(
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
function serverStreamCall(
  method: ServerStreamMethod,
  read: ReadRequest,
  newMetadata: () => Metadata,
) {
  return (call: ServerWritableStream<Buffer, object>): void => {
    const send = (response: object): void => {
      call.write(response);
    };
    // An error without headers before it is taken for a lost connection, and tried again, by
    // google-gax's retry-request.
    call.sendMetadata(newMetadata());
    const answer = async (): Promise<void> => method(read(call.request), callerOf(call), send);
    answer().then(
      () => call.end(),
      (error: unknown) => call.emit('error', toServiceError(error)),
    );
  };
}

/** A method with a stream of requests and one of answers. */
function duplex(open: OpenStream<object, object>, read: ReadRequest) {
  return (call: ServerDuplexStream<Buffer, object>): void => {
    const stream = open(callerOf(call), (response) => call.write(response));
    const take = async (bytes: Buffer): Promise<void> => stream.take(read(bytes));
    const end = (): void => {
      stream.close();
    };
    const feed = new StreamFeed({ take, close: end }, (error) => {
      // Destroying the call would send no status.
      call.emit('error', toServiceError(error));
    });
    const close = (): void => {
      feed.close();
    };
    call.on('data', (request: Buffer) => {
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

/** The status of a call that failed. */
function toServiceError(error: unknown): Error & { code: Code; details: string } {
  const { code, message } = toFirestoreError(error);
  return Object.assign(new Error(message), { code, details: message });
}
