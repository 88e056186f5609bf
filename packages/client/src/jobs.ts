import { endedStates, jobStatusSchema, paths, transcriptSchema } from '@quikthread/contract';
import type { JobStatus, Transcript } from '@quikthread/contract';
import { doc, getDoc, onSnapshot, snapshotEqual } from 'firebase/firestore';
import type { DocumentSnapshot, Firestore } from 'firebase/firestore';
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
   * Calls `onChange` with the job as the server has it, and at every change, until unsubscribed or
   * `onError` is called (a job that is not there, or someone else's, is `permission-denied`).
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
  const watchJob: QuikThreadJobs['watchJob'] = (jobId, onChange, onError) => {
    let last: DocumentSnapshot | undefined;
    return onSnapshot(
      doc(firestore, paths.job(jobId)),
      // Without these, a job that the cache has right would never be confirmed.
      { includeMetadataChanges: true },
      (snapshot) => {
        // The cache can hold a job's former end, from before a retry. The server's answer follows.
        if (snapshot.metadata.fromCache || (last && snapshotEqual(last, snapshot))) return;
        last = snapshot;
        const data = snapshot.data();
        // Deleted meanwhile: there is no job to show.
        if (!data) return;
        const job = parseDocument(jobStatusSchema, snapshot.ref.path, { ...data, jobId });
        if (job instanceof QuikThreadError) onError?.(job);
        else onChange(job);
      },
      (error) => onError?.(toQuikThreadError(error)),
    );
  };

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
