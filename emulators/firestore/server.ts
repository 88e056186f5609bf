import type { Server as HttpServer } from 'node:http';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { RulesSource } from './access/access.js';
import { Access } from './access/access.js';
import { importDocuments } from './admin/exports.js';
import type { DatabaseTimeouts } from './database.js';
import { DEFAULT_TIMEOUTS } from './database.js';
import type { GrpcServer } from './grpc/server.js';
import { grpcServer } from './grpc/server.js';
import { httpListener } from './http/listener.js';
import { lazy } from './lazy.js';
import { firestoreMethods } from './methods/methods.js';
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
  readonly rules?: RulesSource;
  /** The file that names an export, of whose documents there is a copy from the start. */
  readonly seedFromExport?: string;
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

/** Starts the emulator: gRPC and the HTTP/1.1 endpoints on one port. */
export async function startEmulator(options: EmulatorOptions): Promise<RunningEmulator> {
  const triggers = new TriggerDispatcher({
    functionsEmulator: options.functionsEmulator,
    retry: { ...DEFAULT_RETRY, ...options.retry },
  });
  const access = new Access(options.rules);
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const service = new FirestoreService(access, triggers, timeouts);
  if (options.seedFromExport !== undefined) await importDocuments(service, options.seedFromExport);
  const listener = new Listener(service, triggers);
  const port = await listener.listen(options.port, options.host);
  setImmediate(() => {
    access.compileInitial();
  });
  const close = async (): Promise<void> => {
    triggers.close();
    service.close();
    await listener.close();
  };
  return { host: options.host, port, close };
}

/** Accepts connections and hands each to gRPC or to the HTTP/1.1 endpoints. */
class Listener {
  private readonly grpc: () => Promise<GrpcServer>;
  /** The same, once it is loaded. */
  private loadedGrpc: GrpcServer | undefined;
  private readonly http: HttpServer;
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((socket) => {
    this.accept(socket);
  });

  constructor(
    private readonly service: FirestoreService,
    triggers: TriggerDispatcher,
  ) {
    const methods = firestoreMethods(service);
    this.grpc = lazy(async () => (this.loadedGrpc = await grpcServer(methods)));
    this.http = createHttpServer(httpListener(service, triggers, methods));
  }

  /** Resolves with the port. */
  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, resolve);
    });
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.loadedGrpc?.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private accept(socket: Socket): void {
    const peer = `${socket.remoteAddress ?? ''}:${socket.remotePort ?? 0}`;
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.service.endOfConnection(peer);
    });
    sniff(socket, (isHttp2) => {
      if (!isHttp2) this.http.emit('connection', socket);
      else
        void this.grpc().then((grpc) => {
          grpc.serve(socket);
        });
    });
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
