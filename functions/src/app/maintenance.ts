import type { JobKindName } from '@quikthread/contract';
import { z } from 'zod';
import type { RunTask } from '../engine/dependencies.js';
import type { JobShape } from '../engine/types.js';
import type { MaintenanceDependencies } from '../features/maintenance/dependencies.js';
import { firestore, once, taskQueue } from '../platform/firebase.js';

/**
 * What maintenance works with, made once a process, on first use. It needs neither parameters nor secrets:
 * the operator's commands use it too.
 */
export const maintenanceDependencies = once(async (): Promise<MaintenanceDependencies> => {
  const [{ findObject, deleteObject, listObjects }, { taskScheduler }] = await Promise.all([
    import('../platform/media.js'),
    import('../engine/tasks.js'),
  ]);
  return {
    db: await firestore(),
    findObject,
    deleteObject,
    listObjects,
    schedule: taskScheduler(once(() => taskQueue<RunTask>('runJob'))),
    shapeOf,
  };
});

/** The kinds that have a record; of the others there is nothing to know. */
const shapes: Partial<Record<JobKindName, () => Promise<JobShape>>> = {
  post: once(async () => {
    const [{ postRecord: record }, { postJobInputSchema: input }] = await Promise.all([
      import('../features/posting/kind.js'),
      import('../features/posting/input.js'),
    ]);
    return { kind: 'post', input, record };
  }),
};

/** What there is to know of a kind of job in order to end one. */
export async function shapeOf(kind: JobKindName): Promise<JobShape> {
  return (await shapes[kind]?.()) ?? { kind, input: z.unknown() };
}
