import { paths } from '@quikthread/contract';
import type { CallableOutput, JobState } from '@quikthread/contract';
import { insertJob, profileMissing } from '../../engine/lifecycle.js';
import type { Caller } from '../../platform/callable.js';
import { randomId } from '../../platform/ids.js';
import type { ExportDependencies } from './dependencies.js';

/** What an export's job shows before its end. */
const UNDER_WAY: JobState = 'processing';

/**
 * Begins a job that packs everything of the caller, unless one is under way: then it answers that one.
 * @throws CallError `profile_missing`
 */
export async function exportMyData(
  { db, clock }: Pick<ExportDependencies, 'db' | 'clock'>,
  { userId }: Caller,
): Promise<CallableOutput<'exportMyData'>> {
  const jobId = randomId();
  const underWay = db
    .collection(paths.jobs)
    .where('userId', '==', userId)
    .where('kind', '==', 'export')
    .where('status', '==', UNDER_WAY)
    .limit(1);
  return db.runTransaction(async (transaction) => {
    const user = await transaction.get(db.doc(paths.user(userId)));
    if (!user.exists) throw profileMissing();
    const [known] = (await transaction.get(underWay)).docs;
    if (known) return { jobId: known.id };
    const job = { jobId, userId, kind: 'export', type: null, input: {}, account: null } as const;
    insertJob(transaction, db, job, clock());
    return { jobId };
  });
}
