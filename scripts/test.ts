import { ensureReady, ensureRecogniser } from './platform/ensure.js';
import { PlatformError } from './platform/errors.js';
import { runMain } from './platform/main.js';
import { endSignal } from './platform/signals.js';
import { suites } from './test/suites.js';
import type { Suite } from './test/suites.js';

/**
 * `npm test`, or `tsx scripts/test.ts SUITE…`: runs the suites and ends with one line,
 * `N passed, N failed`, over all of them; a lint or type check counts as one test.
 * Exit code 0 only where something ran and nothing failed.
 */
runMain(async () => {
  const chosen = chooseSuites(process.argv.slice(2));
  const signal = endSignal();
  const total = (await isSetUp(chosen))
    ? await runSuites(chosen, signal)
    : { passed: 0, failed: 1 };
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
});

/** The suites by name, all of them where none is named. */
function chooseSuites(names: readonly string[]): readonly Suite[] {
  const unknown = names.find((name) => !suites.some((suite) => suite.name === name));
  if (unknown !== undefined) {
    const known = suites.map(({ name }) => name).join(', ');
    throw new PlatformError(`There is no suite "${unknown}"; there are ${known}.`);
  }
  return suites.filter(({ name }) => names.length === 0 || names.includes(name));
}

/** Installs and builds; where that fails, says why, and there is nothing to test. */
async function isSetUp(chosen: readonly Suite[]): Promise<boolean> {
  try {
    await ensureReady();
    if (chosen.some((suite) => suite.needsRecogniser)) await ensureRecogniser();
    return true;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return false;
  }
}

async function runSuites(chosen: readonly Suite[], signal: AbortSignal) {
  const total = { passed: 0, failed: 0 };
  for (const suite of chosen) {
    process.stdout.write(`\n── ${suite.name} ──\n`);
    const started = performance.now();
    const { passed, failed } = await suite.run(signal);
    if (signal.aborted) throw new PlatformError('The tests were ended before they were done.');
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    process.stdout.write(`── ${suite.name}: ${passed} passed, ${failed} failed (${seconds} s)\n`);
    total.passed += passed;
    total.failed += failed;
  }
  return total;
}
