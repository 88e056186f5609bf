import { ensureReady } from './platform/ensure.js';
import { runMain } from './platform/main.js';
import { execOnPlatform } from './platform/platform.js';
import { portsAt, readPortOffset, TEST_PORT_OFFSET } from './platform/ports.js';
import { endSignal } from './platform/signals.js';

/** `tsx scripts/exec.ts COMMAND`: a shell command under `firebase emulators:exec`, with the stand-ins. */
runMain(async () => {
  const command = process.argv.slice(2).join(' ');
  if (command === '') {
    process.stderr.write('usage: tsx scripts/exec.ts COMMAND\n');
    return 2;
  }
  const ports = portsAt(readPortOffset(process.env['PORT_OFFSET'], TEST_PORT_OFFSET));
  const asked = endSignal();
  await ensureReady();
  return await execOnPlatform(ports, command, asked);
});
