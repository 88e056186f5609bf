import { onSchedule } from 'firebase-functions/scheduler';
import type { ScheduleFunction, ScheduleOptions } from 'firebase-functions/scheduler';
import { describeError } from './errors.js';
import { recordError } from './errorLogs.js';
import { randomId } from './ids.js';
import { log, withCorrelation } from './log.js';
import type { LogFields } from './log.js';

/**
 * A function that runs by the clock. What it answers is logged, one line a run; what it throws is
 * recorded whole, since the SDK itself logs the message alone, and then counts as the run's failure.
 */
export function scheduled(
  name: string,
  options: ScheduleOptions,
  work: () => Promise<LogFields>,
): ScheduleFunction {
  return onSchedule(options, async () => {
    const startedAt = performance.now();
    const errorId = randomId();
    await withCorrelation(errorId, async () => {
      const run = () => {
        return { scheduled: name, durationMs: Math.round(performance.now() - startedAt) };
      };
      try {
        log('INFO', 'scheduled run', { ...(await work()), ...run() });
      } catch (error) {
        const { message, stack } = describeError(error);
        log('ERROR', 'scheduled run failed', { ...run(), errorId, cause: message, stack });
        await recordError({ errorId, error, context: { service: name } });
        throw error;
      }
    });
  });
}
