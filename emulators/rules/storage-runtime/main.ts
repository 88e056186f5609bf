import { createInterface } from 'node:readline';
import { READY } from './protocol.js';
import { StorageRulesRuntime } from './runtime.js';

/**
 * The rules runtime of the Storage emulator: JSON lines in on stdin, out on stdout, until stdin ends or
 * SIGINT comes, as from the CLI.
 */
const write = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);
const runtime = new StorageRulesRuntime(write);

createInterface({ input: process.stdin, crlfDelay: Infinity }).on('line', (line) => {
  if (line.trim() !== '') void runtime.receive(line);
});
// Killed, it would leave nothing that starts it sooner the next time.
process.once('SIGINT', () => process.exit(0));
write(READY);
