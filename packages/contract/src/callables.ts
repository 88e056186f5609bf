import { z } from 'zod';
import { analyticsSchema } from './analytics.js';
import { billingIntervalSchema, paidTierSchema } from './billing.js';
import type { ErrorCode } from './errors.js';
import { jobKindSchema, jobStatusSchema } from './jobs.js';
import { postPreviewSchema, postSchema } from './posts.js';
import { DELETION_PHRASE, exportLinkSchema } from './privacy.js';
import { MAX_EDITED_TWEETS, threadSchema } from './threads.js';
import { storagePathSchema } from './uploads.js';
import { xAccountSchema } from './x.js';
import { displayNameSchema, profileSchema, quotaSchema, settingsSchema } from './users.js';

/** What a callable takes, what it answers, and which error codes it can answer instead. */
export interface CallableContract<
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
> {
  readonly input: Input;
  readonly output: Output;
  /**
   * Beyond `unauthenticated`, `app_check_required`, `invalid_input`, `rate_limited` and `internal`,
   * which any call can answer.
   */
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

/** The id of a document that the backend made; Firestore keeps `__…__` for itself. */
const id = (problem: string) => z.string().regex(/^(?!__.*__$)[A-Za-z0-9_-]{1,128}$/, problem);

const jobIdInput = z.strictObject({
  jobId: id('must be the id of a job'),
});

const postIdInput = z.strictObject({
  postId: id('must be the id of a post'),
});

/** One option of a finished thread job; `threadIndex` counts from 0. */
const threadChoice = {
  jobId: jobIdInput.shape.jobId,
  threadIndex: z.int().min(0).max(99),
};

/** Lengths are checked by X's own count, where the call is handled. */
const tweetsSchema = z.array(z.string().trim().min(1).max(4000)).min(1).max(MAX_EDITED_TWEETS);

const postInput = {
  ...threadChoice,
  /** The same key from the same user names the same post. */
  idempotencyKey: idempotencyKeySchema,
  /** Moves links into a closing reply: X charges over ten times as much for a post with one. */
  linksInLastReply: z.boolean().default(false),
};

const choiceErrors = ['job_missing', 'job_not_yours', 'job_wrong_state', 'thread_missing'] as const;
const postErrors = [
  ...choiceErrors,
  'app_check_replayed',
  'profile_missing',
  'feature_missing',
  'x_not_connected',
  'x_reconnect_required',
  'post_under_way',
] as const;
const ownPostErrors = ['post_missing', 'post_not_yours', 'post_wrong_state'] as const;

const jobPageInput = z.strictObject({
  kind: jobKindSchema.default('thread'),
  pageSize: z.int().min(1).max(50).default(50),
  cursor: id('must be the nextCursor of an earlier page').optional(),
});

const returnUrlSchema = z.url().max(2048);

/** An address for the browser to go to. */
const pageSchema = z.object({ url: z.url() });

/** Every callable by its deployed name. */
export const callables = {
  /** Refused while the account is being deleted: a profile would outlive it. */
  initUser: callable(nothing, profileSchema, ['deletion_under_way']),
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
    jobPageInput
      .nullish()
      .transform((page): z.output<typeof jobPageInput> => page ?? jobPageInput.parse({})),
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
  /** Replaces the tweets of one option, the generated ones staying beside them; null goes back to those. */
  updateThread: callable(
    z.strictObject({ ...threadChoice, tweets: tweetsSchema.nullable() }),
    threadSchema,
    choiceErrors,
  ),
  /** Without `tweets`, the option as it stands. */
  previewPost: callable(
    z.strictObject({
      ...threadChoice,
      tweets: tweetsSchema.optional(),
      linksInLastReply: postInput.linksInLastReply,
    }),
    postPreviewSchema,
    choiceErrors,
  ),
  postThread: callable(z.strictObject(postInput), postSchema, postErrors),
  /** `at` is ISO 8601 with any offset, a minute to a year ahead. */
  schedulePost: callable(
    z.strictObject({ ...postInput, at: z.iso.datetime({ offset: true }) }),
    postSchema,
    [...postErrors, 'too_many_scheduled'],
  ),
  cancelScheduledPost: callable(postIdInput, postSchema, ownPostErrors),
  resumePost: callable(postIdInput, postSchema, [
    ...ownPostErrors,
    'app_check_replayed',
    'profile_missing',
    'feature_missing',
    'x_not_connected',
    'x_reconnect_required',
  ]),
  /** Removes from X what was posted; called again, it goes on where it was cut short. */
  deletePost: callable(postIdInput, postSchema, [
    ...ownPostErrors,
    'x_not_connected',
    'x_reconnect_required',
    'x_rate_limited',
    'x_refused',
    'x_unavailable',
  ]),
  /** `returnUrl` is where the browser goes in the end; it must be on the deployment's list. */
  connectX: callable(
    z.strictObject({ returnUrl: z.url().max(2048).optional() }).nullish(),
    z.object({ authorizationUrl: z.url() }),
    ['profile_missing'],
  ),
  /** Ends what `connectX` began, by the user who began it: `connection` came back in the return URL. */
  confirmX: callable(z.strictObject({ connection: z.string().min(1).max(200) }), xAccountSchema, [
    'x_connection_invalid',
    'profile_missing',
  ]),
  /** `revoked` is false where X could not be reached: the tokens are gone from here all the same. */
  disconnectX: callable(nothing, z.object({ revoked: z.boolean() }), ['x_not_connected']),
  /**
   * Polar's page where a plan is bought; for who has a subscription, the portal, where it is changed or taken up
   * again. `returnUrl` is where the browser goes in the end; it must be on the deployment's list.
   */
  createCheckout: callable(
    z.strictObject({
      plan: paidTierSchema,
      interval: billingIntervalSchema.default('monthly'),
      returnUrl: returnUrlSchema.optional(),
    }),
    pageSchema,
    ['profile_missing', 'already_on_plan', 'customer_missing', 'billing_unavailable'],
  ),
  /** Polar's portal, signed in: invoices, payment methods, change and cancellation. */
  customerPortal: callable(
    z.strictObject({ returnUrl: returnUrlSchema.optional() }).nullish(),
    pageSchema,
    ['customer_missing', 'billing_unavailable'],
  ),
  getAnalytics: callable(nothing, analyticsSchema, [
    'profile_missing',
    'feature_missing',
    'x_not_connected',
    'x_reconnect_required',
    'x_rate_limited',
    'x_refused',
    'x_unavailable',
  ]),
  /** Begins a job that packs everything of the user; while one is under way, the same job. */
  exportMyData: callable(nothing, z.object({ jobId: z.string() }), ['profile_missing']),
  /** A new link to a finished export, while that is kept. */
  getExport: callable(jobIdInput, exportLinkSchema, [
    'job_missing',
    'job_not_yours',
    'job_wrong_state',
  ]),
  /** Begins the deletion of everything of the user, which cannot be stopped; called again, it changes nothing. */
  deleteAccount: callable(
    z.strictObject({ confirm: z.literal(DELETION_PHRASE) }),
    z.object({ status: z.literal('deleting') }),
    ['reauthentication_required'],
  ),
} as const;

export type CallableName = keyof typeof callables;
/** What a caller passes (defaults not yet filled in). */
export type CallableInput<Name extends CallableName> = z.input<(typeof callables)[Name]['input']>;
export type CallableOutput<Name extends CallableName> = z.output<
  (typeof callables)[Name]['output']
>;
