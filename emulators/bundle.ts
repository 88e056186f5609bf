import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/** The official file in whose place our `java` starts a program, and how the program is ended. */
interface Program {
  readonly jar: string;
  readonly end: (process: ChildProcess) => void;
}

const PROGRAMS: readonly Program[] = [
  { jar: 'cloud-firestore-emulator-.jar', end: (process) => process.kill('SIGTERM') },
  { jar: 'cloud-storage-rules-runtime-.jar', end: (process) => process.stdin?.end() },
];

/**
 * Bundles the two programs that the Firebase CLI starts, each into one file that loads in less
 * time, and starts each once for the code that V8 makes of it. Our `java` takes a bundle where it is
 * newer than what the compiler wrote, so run it after.
 *
 * @param folder this package's
 */
export async function bundlePrograms(folder: string): Promise<void> {
  const outdir = join(folder, 'dist/bundle');
  await rm(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: folder,
    entryPoints: {
      firestore: 'dist/firestore/main.js',
      rules: 'dist/rules/storage-runtime/main.js',
      start: 'dist/java/start.js',
    },
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    minify: true,
    keepNames: true,
    logLevel: 'warning',
  });
  await Promise.all(PROGRAMS.map((program) => startOnce(folder, program)));
}

async function startOnce(folder: string, { jar, end }: Program): Promise<void> {
  const child = spawn(join(folder, 'java/java'), ['-jar', jar, '--port', '0'], {
    env: { ...process.env, QUIKTHREAD_NODE: process.execPath },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  child.stdout.once('data', () => {
    end(child);
  });
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Error(`${jar} ended with ${String(code)} when it was tried`);
}
