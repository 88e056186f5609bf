import type { IncomingHttpHeaders } from 'node:http';
import type { JobErrorCode } from '@quikthread/contract';
import { z } from 'zod';
import { JobError } from '../../platform/errors.js';
import type { Retry } from '../../platform/errors.js';
import { errorCodeOnly, retryAfterSeconds } from '../http.js';
import { limitsOf } from './limits.js';

/** An answer of X other than 2xx. */
export interface XRefusal {
  readonly status: number;
  readonly body: unknown;
  readonly headers: IncomingHttpHeaders;
}

/** X's problems (RFC 7807 with its own types), and the errors of its older endpoints and of OAuth. */
const problemSchema = z
  .object({
    type: z.string().optional(),
    title: z.string().optional(),
    detail: z.string().optional(),
    error: z.string().optional(),
    errors: z
      .array(z.object({ message: z.string().optional(), detail: z.string().optional() }))
      .optional(),
  })
  .catch({});
type Problem = z.infer<typeof problemSchema>;

/** Where X names no time: its windows are this long (docs.x.com/x-api/fundamentals/rate-limits). */
const WINDOW_SECONDS = 15 * 60;

/** The last part of the type of a problem, such as "resource-not-found"; null where it has none. */
export function problemType(type: string | undefined): string | null {
  return /\/([a-z][a-z0-9-]{0,60})$/.exec(type ?? '')?.[1] ?? null;
}

/** The `error` of an OAuth error answer (RFC 6749, 5.2), such as "invalid_request"; null where it has none. */
export function oauthError(body: unknown): string | null {
  return problemSchema.parse(body).error ?? null;
}

/** The problem type of an answer, or null. */
export function problemTypeOf(body: unknown): string | null {
  return problemType(problemSchema.parse(body).type);
}

/**
 * What a refusal by X means (docs.x.com/x-api/fundamentals/response-codes-and-errors). X tells several
 * reasons of a 403 apart by their text only.
 */
export function refusal(answer: XRefusal, now: Date): JobError {
  const { status } = answer;
  const problem = problemSchema.parse(answer.body);
  const cause = describe(status, problem);
  if (status >= 500 || status === 408) return unavailable(cause);
  if (status === 402 || isSpendCap(problem)) return refused('x_spend_cap_reached', cause);
  if (status === 429) return rateLimited(answer, cause, now);
  if (status === 401) return reconnectRequired(cause);
  return refused(reasonOf(problem), cause);
}

/** X takes the account's token no more; `cause` is for the log. */
export function reconnectRequired(cause: string): JobError {
  return refused('x_reconnect_required', cause);
}

/** X's own refusal of no kind that we know; `cause` is for the log. */
export function otherwiseRefused({ status, body }: XRefusal): JobError {
  return refused('x_refused', describe(status, problemSchema.parse(body)));
}

/** No answer, or none that can be read: what was asked for may have been done. `cause` is for the log. */
export function unavailable(cause: string): JobError {
  return jobError(
    'x_unavailable',
    'X is unavailable at the moment. Please try again later.',
    'later',
    cause,
  );
}

/** What cannot be undone by trying again, as the user reads it. */
const messages = {
  x_spend_cap_reached: 'X takes no more posts: the limit on what they may cost has been reached.',
  x_duplicate_content: 'X refused this tweet, because the account has posted the same text before.',
  x_parent_missing: 'X refused this tweet, because the tweet that it replies to has been deleted.',
  x_account_suspended: 'X has suspended or locked this account. Please look into it at x.com.',
  x_reconnect_required: 'X no longer accepts the connection to this account. Please connect again.',
  x_refused: 'X refused the request.',
} as const satisfies Partial<Record<JobErrorCode, string>>;
type RefusedCode = keyof typeof messages;

function refused(code: RefusedCode, cause: string): JobError {
  return jobError(code, messages[code], 'never', cause);
}

/**
 * 402 is no credits; a spending cap is a 403 of the same problem type, and the cap of the older plans a 429
 * that no window resets.
 */
function isSpendCap(problem: Problem): boolean {
  const type = problemType(problem.type);
  return (
    type === 'credits' ||
    type === 'usage-capped' ||
    /^(SpendCapReached|CreditsDepleted|UsageCapExceeded)$/.test(problem.title ?? '')
  );
}

function reasonOf(problem: Problem): RefusedCode {
  const errors = problem.errors?.flatMap(({ message, detail }) => [message, detail]) ?? [];
  const text = [problem.detail, ...errors].join('\n');
  if (/duplicate content/i.test(text)) return 'x_duplicate_content';
  if (/\breply\b.*\b(deleted|not visible)\b/i.test(text)) return 'x_parent_missing';
  if (problemType(problem.type) === 'user-suspended') return 'x_account_suspended';
  // Not the suspension of the app, which is no matter of the user's.
  if (/\b(account|user)\b.*\b(suspended|locked)\b/i.test(text)) return 'x_account_suspended';
  return 'x_refused';
}

/** Waits for the last of the limits that have run out: before it, X would only refuse again. */
function rateLimited({ headers }: XRefusal, cause: string, now: Date): JobError {
  const limits = limitsOf(headers);
  const exhausted = limits.filter((limit) => limit.remaining <= 0);
  const resets = exhausted.map((limit) => (limit.resetsAt.getTime() - now.getTime()) / 1000);
  const told = retryAfterSeconds(headers['retry-after'], now) ?? WINDOW_SECONDS;
  const afterSeconds = Math.max(1, Math.ceil(resets.length > 0 ? Math.max(...resets) : told));
  const resetsAt = new Date(now.getTime() + afterSeconds * 1000);
  const whose = exhausted.some(({ scope }) => scope === 'app_day') ? 'service' : 'account';
  return jobError(
    'x_rate_limited',
    `X takes no more requests from this ${whose} until ${utc(resetsAt)}.`,
    { afterSeconds },
    [cause, ...exhausted.map(({ scope }) => scope)].join(', '),
  );
}

/** To the second, e.g. "2026-11-21 14:05:00 UTC". */
function utc(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Status and kind only: X's texts can hold what was posted, and account names. */
function describe(status: number, problem: Problem): string {
  return `status ${status}, ${problemType(problem.type) ?? errorCodeOnly(problem.error ?? problem.title)}`;
}

function jobError(code: JobErrorCode, message: string, retry: Retry, cause: string): JobError {
  return new JobError(code, message, retry, { cause: new Error(`X: ${cause}`) });
}
