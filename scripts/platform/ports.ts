import { connect, createServer } from 'node:net';
import { PlatformError } from './errors.js';

/** Everything on the local platform listens here and nowhere else. */
export const HOST = '127.0.0.1';

/** Where tests run: beside a platform that `npm start` keeps up on the plain ports. */
export const TEST_PORT_OFFSET = 1000;

/** A port of the local platform, before the offset is added. */
export interface PortUse {
  /** Short name, as keys of `firebase.json#emulators` have it where there is one. */
  readonly name: PortName;
  readonly port: number;
  /** Who listens there, for people. */
  readonly what: string;
}

export type PortName =
  | 'hub'
  | 'logging'
  | 'deepgram'
  | 'gemini'
  | 'x'
  | 'polar'
  | 'functions'
  | 'firestore'
  | 'firestoreWebsocket'
  | 'auth'
  | 'storage'
  | 'eventarc'
  | 'tasks';

const base: readonly PortUse[] = [
  { name: 'functions', port: 5001, what: 'Functions emulator' },
  { name: 'auth', port: 9099, what: 'Auth emulator' },
  { name: 'firestore', port: 8080, what: 'Firestore emulator' },
  { name: 'firestoreWebsocket', port: 9150, what: 'Firestore emulator (request monitor)' },
  { name: 'storage', port: 9199, what: 'Storage emulator' },
  { name: 'tasks', port: 9499, what: 'Cloud Tasks emulator' },
  { name: 'eventarc', port: 9299, what: 'Eventarc emulator' },
  { name: 'deepgram', port: 4601, what: 'Deepgram stand-in' },
  { name: 'gemini', port: 4602, what: 'Gemini stand-in' },
  { name: 'x', port: 4603, what: 'X stand-in' },
  { name: 'polar', port: 4604, what: 'Polar stand-in' },
  { name: 'hub', port: 4400, what: 'Emulator hub' },
  { name: 'logging', port: 4500, what: 'Emulator logging' },
];

const highest = Math.max(...base.map((use) => use.port));

/** Ports by name, and in the order in which people want to read them. */
export interface Ports {
  readonly offset: number;
  readonly list: readonly PortUse[];
  of(name: PortName): number;
  /** `host:port`, as the emulators' environment variables want it. */
  host(name: PortName): string;
}

/** Every port of a platform, each shifted by `offset`. */
export function portsAt(offset: number): Ports {
  const list = base.map((use) => ({ ...use, port: use.port + offset }));
  const byName = new Map(list.map((use) => [use.name, use.port]));
  const of = (name: PortName): number => {
    const port = byName.get(name);
    if (port === undefined) throw new Error(`no port is named ${name}`);
    return port;
  };
  return { offset, list, of, host: (name) => `${HOST}:${of(name)}` };
}

/**
 * The offset that `PORT_OFFSET` asks for, or `fallback` where it is not set.
 * @throws PlatformError where it is not a whole number that keeps every port below 65536.
 */
export function readPortOffset(value: string | undefined, fallback = 0): number {
  if (value === undefined || value === '') return fallback;
  const offset = Number(value);
  if (!/^\d+$/.test(value) || offset + highest > 65535) {
    throw new PlatformError(
      `PORT_OFFSET must be a whole number from 0 to ${65535 - highest}, not "${value}"`,
    );
  }
  return offset;
}

/** True where nothing listens on the port yet. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ host: HOST, port, exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

/** Those of the ports that something else already listens on. */
export async function portsInUse(ports: Ports): Promise<readonly PortUse[]> {
  const free = await Promise.all(ports.list.map((use) => isFree(use.port)));
  return ports.list.filter((_, index) => !free[index]);
}

/** True where a connection to the port is accepted. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: HOST, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
