import { endedStates, jobStatusSchema, paths, transcriptSchema } from '@quikthread/contract';
import type { JobStatus, Transcript } from '@quikthread/contract';
import { doc, getDoc, onSnapshot } from 'firebase/firestore';
import type { Firestore } from 'firebase/firestore';
import { parseDocument } from './documents.js';
import { QuikThreadError, toQuikThreadError } from './errors.js';
import { untilSettled } from './untilSettled.js';

export interface WaitOptions {
  /** Called with the job as it is, and at every change. */
  readonly onChange?: (job: JobStatus) => void;
  /** Stops the waiting, not the job. */
  readonly signal?: AbortSignal;
}

/** Follows jobs and reads what they made, past the callables: Firestore's rules decide. */
export interface QuikThreadJobs {
  /**
   * Calls `onChange` with the job as it is, and at every change, until unsubscribed or `onError` is
   * called (a job that is not there, or someone else's, is `permission-denied`).
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
  waitForJob(jobId: string, options?: WaitOptions): Promise<JobStatus>;

  /**
   * The transcript of a job that has got that far.
   * @throws QuikThreadError
   */
  getTranscript(jobId: string): Promise<Transcript>;
}

export function createJobs(firestore: Firestore): QuikThreadJobs {
  const watchJob: QuikThreadJobs['watchJob'] = (jobId, onChange, onError) =>
    onSnapshot(
      doc(firestore, paths.job(jobId)),
      (snapshot) => {
        const data = snapshot.data();
        // Not in the cache yet; the server's answer follows, as an error where it is not there.
        if (!data) return;
        const job = parseDocument(jobStatusSchema, snapshot.ref.path, { ...data, jobId });
        if (job instanceof QuikThreadError) onError?.(job);
        else onChange(job);
      },
      (error) => onError?.(toQuikThreadError(error)),
    );

  return {
    watchJob,
    waitForJob: (jobId, { onChange, signal } = {}) =>
      untilSettled(signal, (resolve, reject) =>
        watchJob(
          jobId,
          (job) => {
            onChange?.(job);
            if (endedStates.includes(job.status)) resolve(job);
          },
          reject,
        ),
      ),
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
