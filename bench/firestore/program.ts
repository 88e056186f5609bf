import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { initializeApp } from 'firebase-admin/app';
import type { Firestore } from 'firebase-admin/firestore';
import { getFirestore } from 'firebase-admin/firestore';

const JAVA = fileURLToPath(new URL('../../emulators/java/java', import.meta.url));

// Nothing here may ask the cloud who it is.
process.env['METADATA_SERVER_DETECTION'] = 'none';

/** The Firestore stand-in as the Firebase CLI starts it, in a process of its own. */
export interface Program {
  readonly address: string;
  /** From starting the process to its first answer. */
  readonly readyMs: number;
  /** Memory that the process holds now, and the most that it ever held, in MiB. */
  memory(): Promise<{ now: number; most: number }>;
  stop(): Promise<void>;
}

/** Starts the stand-in on a port and waits for its first answer. */
export async function startProgram(port: number): Promise<Program> {
  const address = `127.0.0.1:${port}`;
  const startedAt = performance.now();
  const jar = 'cloud-firestore-emulator-bench.jar';
  const child = spawn(JAVA, ['-jar', jar, '--host', '127.0.0.1', '--port', String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, QUIKTHREAD_NODE: process.execPath },
  });
  await once(child.stdout, 'data');
  await fetch(`http://${address}/`);
  const readyMs = performance.now() - startedAt;
  return {
    address,
    readyMs,
    memory: async () => {
      const status = await readFile(`/proc/${String(child.pid)}/status`, 'utf8');
      const of = (name: string): number =>
        Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
      return { now: of('VmRSS'), most: of('VmHWM') };
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

/** firebase-admin's client of a stand-in. */
export function clientOf({ address }: Program): Firestore {
  process.env['FIRESTORE_EMULATOR_HOST'] = address;
  return getFirestore(initializeApp({ projectId: 'demo-bench' }, address));
}
