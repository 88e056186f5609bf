import { callable } from '../../platform/callable.js';
import type { CreateJobDependencies } from './createJob.js';

/** The callable that starts a thread job; the engine's triggers run it. */
export function threadTriggers(dependencies: () => Promise<CreateJobDependencies>) {
  return {
    createJob: callable('createJob', {}, async (input, caller) => {
      const { createJob } = await import('./createJob.js');
      return createJob(await dependencies(), input, caller);
    }),
  };
}
