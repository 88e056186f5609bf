import { z } from 'zod';
import { featuresSchema, tierSchema } from './plans.js';
import { uploadRejectionSchema } from './uploads.js';

/** Why a job failed, as its `errorCode` says it. */
export const jobErrorCodeSchema = z.enum([
  // The recording
  'no_speech',
  'media_unreadable',
  'media_missing',
  'too_long',
  'too_large',
  'too_small',
  'not_media',
  'no_audio',
  'unsupported_container',
  // The link
  'url_forbidden',
  'url_unreachable',
  'url_wrong_type',
  'url_too_many_redirects',
  'feed_empty',
  // The providers
  'transcription_failed',
  'transcription_unavailable',
  'generation_blocked',
  'generation_truncated',
  'generation_invalid',
  'generation_unavailable',
  // Posting to X
  'x_not_connected',
  'x_reconnect_required',
  'x_account_suspended',
  'x_duplicate_content',
  'x_parent_missing',
  'x_spend_cap_reached',
  'x_rate_limited',
  'x_refused',
  'x_unavailable',
  'plan_changed',
  // The run itself
  'timed_out',
  'internal',
]);
export type JobErrorCode = z.infer<typeof jobErrorCodeSchema>;

/** The status of a refused call, as the Firebase callable protocol names it. */
export const callStatusSchema = z.enum([
  'invalid-argument',
  'unauthenticated',
  'permission-denied',
  'not-found',
  'failed-precondition',
  'resource-exhausted',
  'unavailable',
  'internal',
]);
export type CallStatus = z.infer<typeof callStatusSchema>;

/**
 * What a refused call answers in `details`, told apart by `code`.
 * Credits are whole numbers, durations seconds.
 */
export const errorDetailsSchema = z.discriminatedUnion('code', [
  z.object({ code: z.literal('unauthenticated') }),
  z.object({ code: z.literal('app_check_required') }),
  z.object({ code: z.literal('app_check_replayed') }),
  z.object({
    code: z.literal('invalid_input'),
    fields: z.array(z.object({ field: z.string(), problem: z.string() })),
  }),
  z.object({ code: z.literal('rate_limited'), retryAfterSeconds: z.int().positive() }),
  z.object({ code: z.literal('profile_missing') }),
  z.object({
    code: z.literal('quota_exceeded'),
    creditsUsed: z.int(),
    creditsReserved: z.int(),
    maxCredits: z.int(),
    nextPlan: tierSchema.nullable(),
    resetDate: z.iso.datetime(),
  }),
  z.object({ code: z.literal('upload_missing') }),
  z.object({ code: z.literal('upload_pending') }),
  z.object({ code: z.literal('upload_not_yours') }),
  z.object({
    code: z.literal('upload_rejected'),
    reason: uploadRejectionSchema,
  }),
  z.object({
    code: z.literal('recording_too_long'),
    duration: z.number(),
    maxDuration: z.number(),
    nextPlan: tierSchema.nullable(),
  }),
  z.object({ code: z.literal('url_forbidden'), problem: z.string() }),
  z.object({ code: z.literal('url_unreachable'), problem: z.string() }),
  z.object({ code: z.literal('job_missing') }),
  z.object({ code: z.literal('job_not_yours') }),
  z.object({ code: z.literal('job_wrong_state'), status: z.string() }),
  /** The user's plan lacks a feature; `nextPlan` is the cheapest that has it. */
  z.object({
    code: z.literal('feature_missing'),
    feature: featuresSchema.keyof(),
    nextPlan: tierSchema.nullable(),
  }),
  z.object({ code: z.literal('thread_missing'), threads: z.int().nonnegative() }),
  z.object({ code: z.literal('x_not_connected') }),
  z.object({ code: z.literal('x_reconnect_required') }),
  z.object({ code: z.literal('x_connection_invalid') }),
  z.object({ code: z.literal('x_rate_limited'), resetsAt: z.iso.datetime() }),
  z.object({ code: z.literal('x_refused'), reason: jobErrorCodeSchema }),
  z.object({ code: z.literal('x_unavailable') }),
  z.object({ code: z.literal('post_missing') }),
  z.object({ code: z.literal('post_not_yours') }),
  z.object({ code: z.literal('post_wrong_state'), status: z.string() }),
  /** The same thread is already scheduled or being posted. */
  z.object({ code: z.literal('post_under_way'), postId: z.string() }),
  z.object({ code: z.literal('too_many_scheduled'), max: z.int() }),
  /** The user has to sign in anew first: their sign-in is too old for this. */
  z.object({ code: z.literal('reauthentication_required') }),
  z.object({ code: z.literal('deletion_under_way') }),
  z.object({ code: z.literal('already_on_plan'), plan: tierSchema }),
  /** The user has not bought anything yet. */
  z.object({ code: z.literal('customer_missing') }),
  z.object({ code: z.literal('billing_unavailable') }),
  z.object({ code: z.literal('internal'), errorId: z.string() }),
]);
export type ErrorDetails = z.infer<typeof errorDetailsSchema>;
export type ErrorCode = ErrorDetails['code'];

/** The call status that goes with each error code. */
export const statusOfError: Readonly<Record<ErrorCode, CallStatus>> = {
  unauthenticated: 'unauthenticated',
  app_check_required: 'unauthenticated',
  invalid_input: 'invalid-argument',
  rate_limited: 'resource-exhausted',
  profile_missing: 'not-found',
  quota_exceeded: 'resource-exhausted',
  upload_missing: 'failed-precondition',
  upload_pending: 'failed-precondition',
  upload_not_yours: 'failed-precondition',
  upload_rejected: 'failed-precondition',
  recording_too_long: 'failed-precondition',
  url_forbidden: 'invalid-argument',
  url_unreachable: 'failed-precondition',
  job_missing: 'not-found',
  job_not_yours: 'permission-denied',
  job_wrong_state: 'failed-precondition',
  app_check_replayed: 'unauthenticated',
  feature_missing: 'permission-denied',
  thread_missing: 'not-found',
  x_not_connected: 'failed-precondition',
  x_reconnect_required: 'failed-precondition',
  x_connection_invalid: 'failed-precondition',
  x_rate_limited: 'resource-exhausted',
  x_refused: 'failed-precondition',
  x_unavailable: 'unavailable',
  post_missing: 'not-found',
  post_not_yours: 'permission-denied',
  post_wrong_state: 'failed-precondition',
  post_under_way: 'failed-precondition',
  too_many_scheduled: 'failed-precondition',
  reauthentication_required: 'failed-precondition',
  deletion_under_way: 'failed-precondition',
  already_on_plan: 'failed-precondition',
  customer_missing: 'failed-precondition',
  billing_unavailable: 'unavailable',
  internal: 'internal',
};
