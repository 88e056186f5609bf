import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import type { MochaOptions, Runner } from 'mocha';

/** How a run of tests ended. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** A process that is still there this long after its last test waits for something that was left open. */
const LEFT_OPEN_MS = 15_000;

/**
 * Mocha's usual report; the counts also go to the file that TEST_COUNTS names. A run that would not
 * end by itself fails and says so, instead of hanging for ever.
 */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    const file = process.env['TEST_COUNTS'];
    runner.once('end', () => {
      const { passes: passed, failures: failed } = this.stats;
      const write = (counts: Counts) => {
        if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
      };
      write({ passed, failed });
      setTimeout(() => {
        console.error('The tests are over, but something that they opened was never closed:');
        console.error(process.getActiveResourcesInfo().join(', '));
        // Mocha sets the exit code by its own count as the process ends, so it is counted here.
        write({ passed, failed: failed + 1 });
        process.exit();
      }, LEFT_OPEN_MS).unref();
    });
  }
}
