#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
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
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit', env });
  // A terminal's Ctrl-C reaches the CLI by itself; we stay until it has ended everything.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`firebase-without-java: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
