import type { PostingDependencies } from '../features/posting/triggers.js';
import { config } from '../platform/config.js';
import { once } from '../platform/firebase.js';
import { engine } from './engine.js';
import { openXConnection } from './x.js';

/** What posting works with, made once an instance, on first use. */
export const postingDependencies = once(async (): Promise<PostingDependencies> => {
  const { singleAccountMode, xTimelineLagSeconds: timelineLagSeconds } = config();
  return {
    engine: await engine(),
    // On first use: only the callables that ask X declare its secrets.
    openX: async (userId, signal) => (await openXConnection())(userId, signal),
    singleAccountMode,
    timelineLagSeconds,
  };
});
