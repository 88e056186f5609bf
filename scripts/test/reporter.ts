import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import type { MochaOptions, Runner } from 'mocha';

/** How a run of tests ended. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** Mocha's usual report; the counts also go to the file that TEST_COUNTS names. */
export default class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    const file = process.env['TEST_COUNTS'];
    runner.once('end', () => {
      const counts: Counts = { passed: this.stats.passes, failed: this.stats.failures };
      if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
    });
  }
}
