import { storageBucket } from 'firebase-functions/params';
import { onObjectFinalized } from 'firebase-functions/storage';
import { describeError } from '../../platform/errors.js';
import { log } from '../../platform/log.js';
import type { UploadDependencies } from './validateUpload.js';

/** The Storage trigger that validates uploads. */
export function uploadTriggers(dependencies: () => Promise<UploadDependencies>) {
  return {
    onUploadFinalized: onObjectFinalized(
      {
        bucket: storageBucket,
        retry: true,
        // A recording's headers, up to 48 MB, and ffprobe beside them.
        memory: '512MiB',
        cpu: 1,
        concurrency: 2,
        timeoutSeconds: 120,
      },
      async ({ id: eventId, time, data }) => {
        const { validateUpload } = await import('./validateUpload.js');
        const generation = String(data.generation);
        try {
          const outcome = await validateUpload(await dependencies(), {
            storagePath: data.name,
            generation,
            // Typed as a number, but a string in the event's JSON.
            bytes: Number(String(data.size)),
            writtenAt: new Date(time),
          });
          log('INFO', 'object finalized', { eventId, generation, outcome });
        } catch (error) {
          const cause = describeError(error).message;
          log('ERROR', 'upload not validated, to be retried', { eventId, generation, cause });
          throw error;
        }
      },
    ),
  };
}
