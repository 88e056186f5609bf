import { spawn } from 'node:child_process';
import { PlatformError } from './errors.js';
import { ROOT } from './workspace.js';

/**
 * Runs a program to its end, with its output on our standard error.
 * @throws PlatformError where it does not end with 0.
 */
export async function run(program: string, args: readonly string[], cwd = ROOT): Promise<void> {
  const child = spawn(program, args, { cwd, stdio: ['ignore', process.stderr, process.stderr] });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  if (code !== 0) {
    throw new PlatformError(`${program} ${args.join(' ')} ended with ${code ?? 'a signal'}`);
  }
}
