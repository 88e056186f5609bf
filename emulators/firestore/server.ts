import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { adminEndpoints } from './admin/http.js';
import type { DatabaseTimeouts } from './database.js';
import { DEFAULT_TIMEOUTS } from './database.js';
import { firestoreMethods } from './grpc/methods.js';
import { serviceDefinition } from './grpc/protos.js';
import { FirestoreService } from './service.js';
import type { RetryTimes } from './triggers/delivery.js';
import { DEFAULT_RETRY } from './triggers/delivery.js';
import { TriggerDispatcher } from './triggers/dispatcher.js';

export interface EmulatorOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Where events go, as `host:port`. */
  readonly functionsEmulator?: string;
  /** The rules in force from the start; everything is allowed without. */
  readonly rules?: { readonly source: string; readonly fileName: string };
  readonly timeouts?: Partial<DatabaseTimeouts>;
  readonly retry?: Partial<RetryTimes>;
}

export interface RunningEmulator {
  readonly host: string;
  readonly port: number;
  /** Cuts every connection and drops what is not delivered. */
  close(): Promise<void>;
}

/** The first bytes of an HTTP/2 connection; no HTTP/1.1 method begins with them. */
const HTTP2_PREFACE = 'PRI';

/** A request may be 10 MiB, as Firestore's documented limit says, and a little for its frame. */
const MAX_MESSAGE_BYTES = 11 * 1024 * 1024;

/** Starts the emulator: gRPC and the HTTP/1.1 endpoints on one port. */
export async function startEmulator(options: EmulatorOptions): Promise<RunningEmulator> {
  const triggers = new TriggerDispatcher({
    functionsEmulator: options.functionsEmulator,
    retry: { ...DEFAULT_RETRY, ...options.retry },
  });
  const service = new FirestoreService(triggers, { ...DEFAULT_TIMEOUTS, ...options.timeouts });
  if (options.rules) printIssues(service, options.rules);
  const grpc = new Server({
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': -1,
  });
  grpc.addService(serviceDefinition, firestoreMethods(service));
  const injector = grpc.createConnectionInjector(ServerCredentials.createInsecure());
  const http = createHttpServer(adminEndpoints(service, triggers));
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const peer = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? 0}`;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      service.endOfConnection(peer);
    });
    socket.setNoDelay(true);
    sniff(socket, (isHttp2) => {
      if (isHttp2) injector.injectConnection(socket);
      else http.emit('connection', socket);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    triggers.close();
    service.close();
    const closed = new Promise((resolve) => server.close(resolve));
    grpc.forceShutdown();
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { host: options.host, port, close };
}

function printIssues(
  service: FirestoreService,
  rules: NonNullable<EmulatorOptions['rules']>,
): void {
  for (const issue of service.access.setRules(rules.source, rules.fileName)) {
    console.error(`${issue.fileName}:${issue.line}:${issue.column} - ERROR ${issue.message}`);
  }
}

/** Reads the connection's first bytes, puts them back, and tells whether they are HTTP/2. */
function sniff(socket: Socket, decide: (isHttp2: boolean) => void): void {
  let seen = Buffer.alloc(0);
  const look = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    seen = Buffer.concat([seen, chunk]);
    const start = seen.subarray(0, HTTP2_PREFACE.length).toString('latin1');
    if (start.length < HTTP2_PREFACE.length && HTTP2_PREFACE.startsWith(start)) return;
    socket.off('readable', look);
    socket.unshift(seen);
    decide(start === HTTP2_PREFACE);
  };
  socket.on('readable', look);
}
