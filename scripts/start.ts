import { once } from 'node:events';
import { ensureReady } from './platform/ensure.js';
import { runMain } from './platform/main.js';
import { startPlatform } from './platform/platform.js';
import { portsAt, readPortOffset } from './platform/ports.js';
import { endSignal } from './platform/signals.js';
import { listening } from './platform/table.js';

/** `npm start`: the local platform, until Ctrl-C. */
runMain(async () => {
  const ports = portsAt(readPortOffset(process.env['PORT_OFFSET']));
  const asked = endSignal();
  await ensureReady();
  let ready = false;
  const echo = (line: string) => {
    if (ready) process.stdout.write(`${line}\n`);
  };
  const platform = await startPlatform(ports, { onLine: echo, signal: asked });
  process.stdout.write(`\n${await listening(ports)}\n\nThe log is also in ${platform.logFile}\n`);
  process.stdout.write('Ctrl-C ends all of it.\n\n');
  ready = true;
  const reason = await Promise.race([
    once(asked, 'abort').then(() => 'asked' as const),
    platform.ended.then(() => 'ended' as const),
  ]);
  await platform.stop();
  return reason === 'asked' ? 0 : 1;
});
