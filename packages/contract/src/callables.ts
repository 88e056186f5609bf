import { z } from 'zod';
import type { ErrorCode } from './errors.js';
import { jobStatusSchema } from './jobs.js';
import { storagePathSchema } from './uploads.js';
import { displayNameSchema, profileSchema, quotaSchema, settingsSchema } from './users.js';

/** What a callable takes, what it answers, and which error codes it can answer instead. */
export interface CallableContract<
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
> {
  readonly input: Input;
  readonly output: Output;
  /** Beyond `unauthenticated`, `app_check_required`, `invalid_input` and `internal`, which any call can answer. */
  readonly errors: readonly ErrorCode[];
}

function callable<Input extends z.ZodType, Output extends z.ZodType>(
  input: Input,
  output: Output,
  errors: readonly ErrorCode[],
): CallableContract<Input, Output> {
  return { input, output, errors };
}

/** A call without input; the callable SDK sends null for none. */
const nothing = z.strictObject({}).nullish();

const languageSchema = z
  .string()
  .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a BCP 47 language tag such as "en"');

/** The same key from the same user names the same job. */
const idempotencyKeySchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]{8,64}$/, 'must be 8 to 64 letters, digits, "-" or "_"');

const jobOptions = {
  language: languageSchema.optional(),
  idempotencyKey: idempotencyKeySchema.optional(),
};

const createJobInput = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('upload'), storagePath: storagePathSchema, ...jobOptions }),
  z.strictObject({
    type: z.literal('url'),
    contentUrl: z.string().min(1).max(2048),
    ...jobOptions,
  }),
]);
export type CreateJobInput = z.infer<typeof createJobInput>;

const jobIdInput = z.strictObject({
  jobId: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'must be the id of a job'),
});

const pageInput = z.strictObject({
  pageSize: z.int().min(1).max(50).default(50),
  cursor: z.string().min(1).max(200).optional(),
});

/** Every callable by its deployed name. */
export const callables = {
  initUser: callable(nothing, profileSchema, []),
  getProfile: callable(nothing, profileSchema, ['profile_missing']),
  updateSettings: callable(
    z
      .strictObject({
        displayName: displayNameSchema.nullable().optional(),
        settings: settingsSchema.optional(),
      })
      .refine(
        (input) => input.displayName !== undefined || input.settings !== undefined,
        'must hold displayName or settings',
      ),
    profileSchema,
    ['profile_missing'],
  ),
  getQuota: callable(nothing, quotaSchema, ['profile_missing']),
  createJob: callable(createJobInput, z.object({ jobId: z.string() }), [
    'profile_missing',
    'quota_exceeded',
    'upload_missing',
    'upload_pending',
    'upload_not_yours',
    'upload_rejected',
    'recording_too_long',
    'url_forbidden',
    'url_unreachable',
  ]),
  getJob: callable(jobIdInput, jobStatusSchema, ['job_missing', 'job_not_yours']),
  listJobs: callable(
    pageInput
      .nullish()
      .transform((page): z.output<typeof pageInput> => page ?? pageInput.parse({})),
    z.object({ jobs: z.array(jobStatusSchema), nextCursor: z.string().nullable() }),
    [],
  ),
  cancelJob: callable(jobIdInput, jobStatusSchema, [
    'job_missing',
    'job_not_yours',
    'job_wrong_state',
  ]),
  retryJob: callable(jobIdInput, jobStatusSchema, [
    'job_missing',
    'job_not_yours',
    'job_wrong_state',
    'profile_missing',
    'quota_exceeded',
  ]),
} as const;

export type CallableName = keyof typeof callables;
/** What a caller passes (defaults not yet filled in). */
export type CallableInput<Name extends CallableName> = z.input<(typeof callables)[Name]['input']>;
export type CallableOutput<Name extends CallableName> = z.output<
  (typeof callables)[Name]['output']
>;
