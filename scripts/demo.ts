import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readArguments, USAGE, UsageError } from './demo/arguments.js';
import type { DemoOptions } from './demo/arguments.js';
import { ProgressDisplay } from './demo/progress.js';
import { DemoRefused } from './demo/refused.js';
import { StepClock } from './demo/timings.js';
import { ensureReady, ensureRecogniser } from './platform/ensure.js';
import { runMain } from './platform/main.js';
import { isPlatformRunning, startPlatform } from './platform/platform.js';
import { portsAt, readPortOffset } from './platform/ports.js';
import type { Ports } from './platform/ports.js';
import { endSignal } from './platform/signals.js';
import { ROOT } from './platform/workspace.js';

const DEFAULT_FILE = join(ROOT, 'samples/bread-stall.mp3');

/** `npm run demo`: a recording through the whole system. Progress on stderr, results on stdout. */
runMain(async () => {
  let options: DemoOptions | null;
  try {
    options = readArguments(process.argv.slice(2), DEFAULT_FILE);
    if (options && 'file' in options.source) checkFile(options.source.file);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${USAGE}\n`);
    return 2;
  }
  if (!options) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const ports = portsAt(readPortOffset(process.env['PORT_OFFSET']));
  const asked = endSignal();
  const clock = new StepClock();
  await ensureReady();
  await ensureRecogniser();
  clock.begin('platform start');
  const platform = (await isPlatformRunning(ports)) ? null : await start(ports, asked);
  try {
    return await demonstrate(ports, options, clock, asked);
  } finally {
    await platform?.stop();
  }
});

/** @throws UsageError */
function checkFile(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new UsageError(`there is no file ${path}`);
  if (!found.isFile()) throw new UsageError(`${path} is not a file`);
}

async function start(ports: Ports, signal: AbortSignal) {
  process.stderr.write('Starting the local platform …\n');
  return await startPlatform(ports, { signal });
}

/** Loaded only now: the client and the contract are built on first use. */
async function demonstrate(
  ports: Ports,
  options: DemoOptions,
  clock: StepClock,
  signal: AbortSignal,
): Promise<number> {
  const { runDemo } = await import('./demo/run.js');
  const { report } = await import('./demo/report.js');
  const given = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new DemoRefused('Ended before the job was.'));
    });
  });
  try {
    const display = new ProgressDisplay(process.stderr);
    const result = await Promise.race([runDemo(ports, options, clock, display), given]);
    process.stdout.write(`\n${report(result)}`);
    if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof DemoRefused)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}
