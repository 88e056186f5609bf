import { readArguments, USAGE, UsageError } from './ops/arguments.js';
import type { OpsOptions } from './ops/arguments.js';
import { ensureReady } from './platform/ensure.js';
import { runMain } from './platform/main.js';

/** `npm run ops`: maintenance by hand. The result on stdout, everything else on stderr. */
runMain(async () => {
  let options: OpsOptions | null;
  try {
    options = readArguments(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${USAGE}\n`);
    return 2;
  }
  if (!options) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  await ensureReady();
  // Loaded only now: the contract that it needs is built on first use.
  const { runCommand } = await import('./ops/run.js');
  const { target, command } = options;
  process.stderr.write(
    `${command} on ${target.emulators ? 'the emulators' : target.project}${options.dryRun ? ', dry run' : ''} …\n`,
  );
  const counts = await runCommand(options);
  process.stdout.write(`${JSON.stringify(counts)}\n`);
  return counts.failed === 0 && counts.finished ? 0 : 1;
});
