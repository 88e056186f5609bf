import type { EngineDependencies } from '../../engine/dependencies.js';
import { callable } from '../../platform/callable.js';
import { xSecrets } from '../../platform/config.js';
import type { OpenXConnection } from '../../providers/x/types.js';

/** What posting works with. */
export interface PostingDependencies {
  readonly engine: EngineDependencies;
  readonly openX: OpenXConnection;
  /** Whether users without an X account of their own post from the operator's. */
  readonly singleAccountMode: boolean;
  /** How long X's timeline may lag behind what was posted. */
  readonly timelineLagSeconds: number;
}

/** A replayed call must not post twice what its caller meant once: App Check tokens are good for one call. */
const consuming = { consumeAppCheckToken: true };
/** Deleting waits for X, for each tweet by itself. */
const deleting = { secrets: xSecrets, timeoutSeconds: 300 };

/** Editing, pricing, posting, scheduling and removing threads; the engine's triggers send them. */
export function postingTriggers(dependencies: () => Promise<PostingDependencies>) {
  return {
    updateThread: callable('updateThread', {}, async (input, caller) => {
      const { updateThread } = await import('./updateThread.js');
      return updateThread((await dependencies()).engine, input, caller);
    }),
    previewPost: callable('previewPost', {}, async (input, caller) => {
      const { previewPost } = await import('./previewPost.js');
      return previewPost((await dependencies()).engine, input, caller);
    }),
    postThread: callable('postThread', consuming, async (input, caller) => {
      const { makePost } = await import('./makePost.js');
      return makePost(await dependencies(), input, caller);
    }),
    schedulePost: callable('schedulePost', consuming, async (input, caller) => {
      const { makePost } = await import('./makePost.js');
      return makePost(await dependencies(), input, caller);
    }),
    cancelScheduledPost: callable('cancelScheduledPost', {}, async (input, caller) => {
      const { cancelScheduledPost } = await import('./cancelScheduledPost.js');
      return cancelScheduledPost((await dependencies()).engine, input, caller);
    }),
    resumePost: callable('resumePost', consuming, async (input, caller) => {
      const { resumePost } = await import('./resumePost.js');
      return resumePost(await dependencies(), input, caller);
    }),
    deletePost: callable('deletePost', deleting, async (input, caller) => {
      const { deletePost } = await import('./deletePost.js');
      const { engine, openX, timelineLagSeconds } = await dependencies();
      const { db, clock } = engine;
      return deletePost({ db, clock, openX, timelineLagSeconds }, input, caller);
    }),
  };
}
