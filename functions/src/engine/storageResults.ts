import type { Storage } from 'firebase-admin/storage';
import type { ResultStore } from './dependencies.js';

type Bucket = ReturnType<Storage['bucket']>;

/** Keeps step results as JSON under `jobs/{jobId}/`, where the rules let no client read. */
export function storageResults(bucket: () => Promise<Bucket>): ResultStore {
  const file = async (jobId: string, step: string) =>
    (await bucket()).file(`jobs/${jobId}/${step}.json`);
  return {
    async save(jobId, step, result) {
      const target = await file(jobId, step);
      await target.save(JSON.stringify(result), {
        contentType: 'application/json',
        resumable: false,
      });
    },
    async load(jobId, step) {
      const source = await file(jobId, step);
      const [exists] = await source.exists();
      if (!exists) return null;
      const [content] = await source.download();
      return JSON.parse(content.toString('utf8')) as unknown;
    },
  };
}
