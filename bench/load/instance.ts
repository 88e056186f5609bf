import { paths, uploadIdOf } from '@quikthread/contract';
import type { JobStatus, Quota } from '@quikthread/contract';
import { setParameters } from '../../functions/src/testing/parameters.js';
import type { Ports } from '../../scripts/platform/ports.js';
import { validUpload } from '../../tests/support/jobs.js';
import { startTaskQueue } from './taskQueue.js';

/** Not the platform's own project, whose Firestore and Storage call the functions emulator. */
const PROJECT = 'demo-load';
const BUCKET = `${PROJECT}.appspot.com`;

/** The functions in this process, as one instance of them with room for every call that comes. */
export interface Instance {
  /** A user with a profile and an upload that was found valid. @returns the upload's Storage path */
  addUser(userId: string): Promise<string>;
  /** `createJob`, then `onJobCreated`, as its event would call it. @returns the job's id, at its end */
  runJob(userId: string, storagePath: string): Promise<string>;
  readJob(jobId: string): Promise<JobStatus>;
  readQuota(userId: string): Promise<Quota>;
  close(): Promise<void>;
}

/**
 * Loads the functions' sources onto the platform's Firestore and Storage and the providers' stand-ins. The
 * emulator of functions starts a process for every request that runs at once, which no 200 of fit on one machine;
 * Cloud Run has one instance answer several.
 */
export async function startInstance(ports: Ports): Promise<Instance> {
  setEnvironment(ports);
  const tasks = await startTaskQueue((data) => deliver(data));
  process.env['CLOUD_TASKS_EMULATOR_HOST'] = tasks.address;
  const [{ users, threads, jobs }, firebase] = await Promise.all([
    import('../../functions/src/app/functions.js'),
    import('../../functions/src/platform/firebase.js'),
  ]);
  const [db, storage] = await Promise.all([firebase.firestore(), firebase.storage()]);

  async function deliver(data: unknown): Promise<void> {
    await jobs.runJob.run({ data, retryCount: 0 } as Parameters<typeof jobs.runJob.run>[0]);
  }

  return {
    addUser: async (userId) => {
      await call(users.initUser, userId, {});
      const filename = 'talk.mp3';
      const storagePath = `users/${userId}/uploads/${filename}`;
      const file = storage.bucket().file(storagePath);
      await file.save('not looked into here', { resumable: false, contentType: 'audio/mpeg' });
      const [{ generation }] = await file.getMetadata();
      await db
        .doc(paths.upload(uploadIdOf(userId, filename)))
        .set(validUpload(userId, storagePath, String(generation)));
      return storagePath;
    },
    runJob: async (userId, storagePath) => {
      const input = { type: 'upload', storagePath } as const;
      const { jobId } = await call(threads.createJob, userId, input);
      const event = { params: { jobId } };
      await jobs.onJobCreated.run(event as Parameters<typeof jobs.onJobCreated.run>[0]);
      return jobId;
    },
    readJob: async (jobId) => (await db.doc(paths.job(jobId)).get()).data() as JobStatus,
    readQuota: (userId) => call(users.getQuota, userId, {}),
    close: async () => {
      await tasks.close();
      await db.terminate();
    },
  };
}

/** What Cloud Functions and a deployment's parameters would set, and the stand-ins' addresses. */
function setEnvironment(ports: Ports): void {
  setParameters({
    DEEPGRAM_BASE_URL: `http://${ports.host('deepgram')}`,
    GEMINI_BASE_URL: `http://${ports.host('gemini')}`,
  });
  Object.assign(process.env, {
    GCLOUD_PROJECT: PROJECT,
    FIREBASE_CONFIG: JSON.stringify({ projectId: PROJECT, storageBucket: BUCKET }),
    FIRESTORE_EMULATOR_HOST: ports.host('firestore'),
    FIREBASE_STORAGE_EMULATOR_HOST: ports.host('storage'),
    METADATA_SERVER_DETECTION: 'none',
    DEEPGRAM_API_KEY: 'local-deepgram',
    GEMINI_API_KEY: 'local-gemini',
  });
}

/** Calls a callable as its server does once it has checked the caller's token. */
function call<Callable extends { run: (request: never) => unknown }>(
  callable: Callable,
  userId: string,
  data: unknown,
): ReturnType<Callable['run']> {
  const token = { auth_time: Math.floor(Date.now() / 1000) };
  const request = { auth: { uid: userId, token }, data, acceptsStreaming: false };
  return callable.run(request as never) as ReturnType<Callable['run']>;
}
