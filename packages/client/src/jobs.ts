import { endedStates, jobStatusSchema, paths, transcriptSchema } from '@quikthread/contract';
import type { JobStatus, Transcript } from '@quikthread/contract';
import { doc, getDoc } from 'firebase/firestore';
import type { Firestore } from 'firebase/firestore';
import { parseDocument } from './documents.js';
import { QuikThreadError, toQuikThreadError } from './errors.js';
import { waitUntil, watcher } from './watch.js';
import type { WaitOptions } from './watch.js';

/** Follows jobs and reads what they made, past the callables: Firestore's rules decide. */
export interface QuikThreadJobs {
  /**
   * Calls `onChange` with the job as the server has it, and at every change, until unsubscribed or
   * `onError` is called (a job that is not there, or no longer, or someone else's, is `permission-denied`).
   * @returns the unsubscribe function.
   */
  watchJob(
    jobId: string,
    onChange: (job: JobStatus) => void,
    onError?: (error: QuikThreadError) => void,
  ): () => void;

  /**
   * Resolves once the job has ended: look at its `status`, since failed and cancelled jobs end too.
   * @throws QuikThreadError where it cannot be followed, `cancelled` where the signal was given.
   */
  waitForJob(jobId: string, options?: WaitOptions<JobStatus>): Promise<JobStatus>;

  /**
   * The transcript of a job that has got that far.
   * @throws QuikThreadError
   */
  getTranscript(jobId: string): Promise<Transcript>;
}

export function createJobs(firestore: Firestore): QuikThreadJobs {
  const watchJob = watcher(firestore, {
    path: paths.job,
    schema: jobStatusSchema,
    idField: 'jobId',
  });
  return {
    watchJob,
    waitForJob: (jobId, options) =>
      waitUntil(watchJob, jobId, ({ status }) => endedStates.includes(status), options),
    getTranscript: async (jobId) => {
      const path = paths.transcript(jobId);
      const snapshot = await getDoc(doc(firestore, path)).catch((error: unknown) => {
        throw toQuikThreadError(error);
      });
      const data = snapshot.data();
      if (!data) throw new QuikThreadError('not-found', 'This job has no transcript yet.');
      const transcript = parseDocument(transcriptSchema, path, data);
      if (transcript instanceof QuikThreadError) throw transcript;
      return transcript;
    },
  };
}
