import { log } from '../../platform/log.js';
import type { DeletionDependencies, DeletionTask } from './dependencies.js';
import { stageWork } from './stages.js';
import { deletionRef, enterStage, readDeletion, stageSchema } from './store.js';
import type { Stage } from './store.js';

/** A task waits this long for the document that it was sent ahead of; then there never was one. */
const PATIENCE_SECONDS = 60;

/** `later`: the task has to be delivered again. */
export type DeletionOutcome = 'deleted' | 'none' | 'later';

/**
 * Deletes an account from where its deletion stands. Each stage can be done twice, and cut short anywhere: the
 * next delivery does it again. Of the user nothing is left in the end, this deletion included.
 */
export async function runDeletion(
  deps: DeletionDependencies,
  { userId, enqueuedAt }: DeletionTask,
): Promise<DeletionOutcome> {
  const { db, clock } = deps;
  for (;;) {
    const deletion = readDeletion(await deletionRef(db, userId).get());
    if (!deletion) {
      const patience = Date.parse(enqueuedAt) + PATIENCE_SECONDS * 1000;
      return clock().getTime() < patience ? 'later' : 'none';
    }
    const { stage } = deletion;
    const isDone = await stageWork[stage](deps, deletion);
    log('INFO', 'account deletion', { userId, stage, isDone });
    if (!isDone) return 'later';
    const next = stageAfter(stage);
    if (!next) return 'deleted';
    await enterStage(db, userId, next);
  }
}

function stageAfter(stage: Stage): Stage | undefined {
  const stages = stageSchema.options;
  return stages[stages.indexOf(stage) + 1];
}
