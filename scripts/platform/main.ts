import { PlatformError } from './errors.js';

/**
 * Runs a command-line program: its result is the exit code, and an error that is meant for people
 * is printed without a stack.
 */
export function runMain(program: () => Promise<number>): void {
  program().then(
    (code) => {
      process.exit(code);
    },
    (error: unknown) => {
      process.stderr.write(`${describe(error)}\n`);
      process.exit(1);
    },
  );
}

function describe(error: unknown): string {
  if (error instanceof PlatformError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
