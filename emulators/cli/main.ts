#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { constants, homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withoutJava } from './environment.js';
import { findFirebaseTools } from './firebaseTools.js';

/** Compiled, this file is in dist/cli. */
const JAVA = fileURLToPath(new URL('../../java', import.meta.url));

/** Files that the CLI takes for what it downloaded; apart from its own, for these are empty. */
const DOWNLOADS = join(homedir(), '.cache/firebase/emulators-without-java');

/**
 * `firebase-without-java ARGUMENTS…`: runs the project's Firebase CLI with the arguments, and our
 * stand-ins in the place of its Java programs. Ends as the CLI ends.
 */
async function main(args: readonly string[]): Promise<void> {
  const firebaseTools = findFirebaseTools(process.cwd(), process.env['PATH'] ?? '');
  if (firebaseTools === undefined) {
    throw new Error('firebase-tools is not installed: run npm install --save-dev firebase-tools');
  }
  const env = await withoutJava(process.env, {
    firebaseTools,
    folder: DOWNLOADS,
    java: JAVA,
    node: process.execPath,
  });
  const program = join(firebaseTools, 'lib/bin/firebase.js');
  process.exitCode = await run(process.execPath, [program, ...args], env);
}

/** Runs a program on our terminal, and passes on what is to end us; resolves with its exit code. */
function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(program, args, { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // A terminal tells the CLI itself; told twice, that would stop before its export.
      if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      // As a shell tells of a signal.
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`firebase-without-java: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
