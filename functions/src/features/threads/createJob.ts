import {
  parseUploadPath,
  paths,
  settingsSchema,
  uploadIdOf,
  uploadSchema,
} from '@quikthread/contract';
import type { CallableOutput } from '@quikthread/contract';
import type { Firestore, Transaction } from 'firebase-admin/firestore';
import { accountSchema } from '../../engine/credits.js';
import type { Account } from '../../engine/credits.js';
import { readRun, runPath } from '../../engine/documents.js';
import { insertJob, profileMissing } from '../../engine/lifecycle.js';
import type { Caller, ParsedInput } from '../../platform/callable.js';
import { invalidFields } from '../../platform/callable.js';
import type { Clock } from '../../platform/clock.js';
import { readDocument } from '../../platform/documents.js';
import { CallError, JobError } from '../../platform/errors.js';
import { deterministicId, randomId } from '../../platform/ids.js';
import { acceptUpload, notYours } from './decideSource.js';
import { threadJobInputSchema } from './input.js';
import type { ThreadJobInput } from './input.js';

export interface CreateJobDependencies {
  readonly db: Firestore;
  readonly clock: Clock;
  /** Looks at a link before a job is made of it. @throws JobError `url_forbidden`, `url_unreachable` */
  readonly checkUrl: (url: string) => Promise<void>;
}

/** Settings that a client wrote past the contract count as unset. */
const ownerSchema = accountSchema.extend({ settings: settingsSchema.catch({}) });

/**
 * Makes a job of an upload or a link and reserves a credit for it, in one transaction.
 * The same idempotency key of the same user gives the same job.
 * @throws CallError as the contract lists them
 */
export async function createJob(
  { db, clock, checkUrl }: CreateJobDependencies,
  input: ParsedInput<'createJob'>,
  caller: Caller,
): Promise<CallableOutput<'createJob'>> {
  const { userId } = caller;
  if (input.type === 'url') await acceptUrl(checkUrl, input.contentUrl);
  const key = input.idempotencyKey;
  const jobId = key === undefined ? randomId() : deterministicId('job', userId, key);
  return db.runTransaction(async (transaction) => {
    const owner = readDocument(await transaction.get(db.doc(paths.user(userId))), ownerSchema);
    if (!owner) throw profileMissing();
    if (key !== undefined && (await alreadyMade(transaction, db, jobId, input))) return { jobId };
    const language = input.language ?? owner.settings.language ?? null;
    const jobInput = await resolveInput(transaction, db, input, userId, owner, language);
    const job = {
      jobId,
      userId,
      kind: 'thread',
      type: input.type,
      input: jobInput,
      account: owner,
    } as const;
    insertJob(transaction, db, job, clock());
    return { jobId };
  });
}

/** @throws CallError `url_forbidden`, `url_unreachable` */
async function acceptUrl(checkUrl: CreateJobDependencies['checkUrl'], url: string): Promise<void> {
  try {
    await checkUrl(url);
  } catch (error) {
    if (!(error instanceof JobError)) throw error;
    const { code, message } = error;
    if (code !== 'url_forbidden' && code !== 'url_unreachable') throw error;
    throw new CallError({ code, problem: message }, `contentUrl: ${message}`, { cause: error });
  }
}

/** @throws CallError `invalid_input` where the key already named a job of something else */
async function alreadyMade(
  transaction: Transaction,
  db: Firestore,
  jobId: string,
  input: ParsedInput<'createJob'>,
): Promise<boolean> {
  const run = readRun(await transaction.get(db.doc(runPath(jobId))));
  if (!run) return false;
  const made = threadJobInputSchema.parse(run.input);
  if (sourceOf(made) === sourceOf(input)) return true;
  throw invalidFields([
    { field: 'idempotencyKey', problem: 'was used for a job of another recording' },
  ]);
}

function sourceOf(input: ThreadJobInput | ParsedInput<'createJob'>): string {
  return input.type === 'upload' ? input.storagePath : input.contentUrl;
}

async function resolveInput(
  transaction: Transaction,
  db: Firestore,
  input: ParsedInput<'createJob'>,
  userId: string,
  account: Account,
  language: string | null,
): Promise<ThreadJobInput> {
  const { maxDuration } = account;
  if (input.type === 'url') {
    return { type: 'url', contentUrl: input.contentUrl, language, maxDuration };
  }
  const { storagePath } = input;
  const path = parseUploadPath(storagePath);
  if (path?.userId !== userId) throw notYours();
  const ref = db.doc(paths.upload(uploadIdOf(userId, path.filename)));
  const stored = readDocument(await transaction.get(ref), uploadSchema);
  const { generation, duration } = acceptUpload(stored, userId, account);
  return { type: 'upload', storagePath, generation, duration, language, maxDuration };
}
