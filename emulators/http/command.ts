import { parseArgs } from 'node:util';
import type { StandIn } from './server.js';

/**
 * Runs one stand-in as a command, `--port N [--host H]`, until SIGINT or SIGTERM. Prints its URL
 * once it listens; an error goes to standard error in one line, with exit code 1.
 */
export async function runStandIn(
  name: string,
  start: (options: { port: number; host: string }) => Promise<StandIn>,
): Promise<void> {
  try {
    const { values } = parseArgs({
      options: { port: { type: 'string' }, host: { type: 'string', default: '127.0.0.1' } },
    });
    const standIn = await start({ port: portOf(values.port), host: values.host });
    console.log(`${name} stand-in: ${standIn.url}`);
    const stop = () => {
      void standIn.stop();
    };
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

function portOf(text: string | undefined): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--port wants a number from 0 to 65535, not "${text ?? ''}"`);
  }
  return port;
}
