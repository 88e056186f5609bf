import type { JobKindName } from '@quikthread/contract';
import type { EngineDependencies, RunTask } from '../engine/dependencies.js';
import type { JobKind } from '../engine/types.js';
import { systemClock } from '../platform/clock.js';
import { config, deepgramApiKey, geminiApiKey } from '../platform/config.js';
import { firestore, once, storage, taskQueue } from '../platform/firebase.js';
import { mediaLimits } from './dependencies.js';

/** The engine with every kind of job registered; made once an instance, on first use. */
export const engine = once(async (): Promise<EngineDependencies> => {
  const [{ storageResults }, { taskScheduler }] = await Promise.all([
    import('../engine/storageResults.js'),
    import('../engine/tasks.js'),
  ]);
  return {
    db: await firestore(),
    results: storageResults(bucket),
    schedule: taskScheduler(once(() => taskQueue<RunTask>('runJob'))),
    clock: systemClock,
    random: Math.random,
    leaseSeconds: config().jobLeaseSeconds,
    kindOf: (name) => kinds[name](),
  };
});

const bucket = async () => (await storage()).bucket();

/** One loader a kind; each loads its feature and the providers that it needs. */
const kinds: Readonly<Record<JobKindName, () => Promise<JobKind>>> = {
  thread: once(thread),
  post: once(post),
  export: once(exporting),
};

async function thread(): Promise<JobKind> {
  const [{ threadKind }, { createTranscriber }, { createTextModel }, media, ffprobe, web] =
    await Promise.all([
      import('../features/threads/kind.js'),
      import('../providers/deepgram.js'),
      import('../providers/gemini.js'),
      import('../platform/media.js'),
      import('../providers/ffprobe.js'),
      import('../providers/web/recording.js'),
    ]);
  const { allowLoopbackUrls, ...c } = config();
  return threadKind({
    ...media,
    bucket,
    limits: mediaLimits(),
    allowLoopbackUrls,
    probe: ffprobe.probe,
    openRecording: web.openRecording,
    transcriber: createTranscriber({
      apiKey: deepgramApiKey.value(),
      baseUrl: c.deepgramBaseUrl,
      model: c.deepgramModel,
    }),
    textModel: createTextModel({
      apiKey: geminiApiKey.value(),
      baseUrl: c.geminiBaseUrl,
      model: c.geminiModel,
      temperature: c.geminiTemperature,
    }),
  });
}

async function post(): Promise<JobKind> {
  const [{ postKind }, { toldLimits }, { watchedXConnections }, db] = await Promise.all([
    import('../features/posting/kind.js'),
    import('../features/posting/xLimits.js'),
    import('./x.js'),
    firestore(),
  ]);
  const limits = toldLimits();
  // On the first tweet: who only cancels or resumes a post has no secrets.
  const connections = once(() =>
    watchedXConnections((userId, told) => {
      limits.tell(userId, told);
    }),
  );
  return postKind({
    db,
    clock: systemClock,
    openX: async (userId, signal) => (await connections())(userId, signal),
    limits,
    timelineLagSeconds: config().xTimelineLagSeconds,
    webBaseUrl: config().xWebBaseUrl,
  });
}

async function exporting(): Promise<JobKind> {
  const { exportKind } = await import('../features/privacy/exportKind.js');
  return exportKind({ db: await firestore(), clock: systemClock, bucket });
}
