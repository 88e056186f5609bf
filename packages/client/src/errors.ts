import { errorDetailsSchema } from '@quikthread/contract';
import type { ErrorCode, ErrorDetails } from '@quikthread/contract';
import type { FunctionsErrorCodeCore } from 'firebase/functions';

/** The statuses of the callable protocol; rules, Storage and Firestore use the same words. */
export type QuikThreadStatus = FunctionsErrorCodeCore;

const statuses: readonly QuikThreadStatus[] = [
  'cancelled',
  'unknown',
  'invalid-argument',
  'deadline-exceeded',
  'not-found',
  'already-exists',
  'permission-denied',
  'resource-exhausted',
  'failed-precondition',
  'aborted',
  'out-of-range',
  'unimplemented',
  'internal',
  'unavailable',
  'data-loss',
  'unauthenticated',
];

/** Storage has words of its own (firebase.google.com/docs/storage/web/handle-errors). */
const statusOfStorageCode: Readonly<Record<string, QuikThreadStatus>> = {
  unauthorized: 'permission-denied',
  unauthenticated: 'unauthenticated',
  canceled: 'cancelled',
  'object-not-found': 'not-found',
  'quota-exceeded': 'resource-exhausted',
  'retry-limit-exceeded': 'unavailable',
};

/** Whatever went wrong, in one shape. `message` can be shown to the user. */
export class QuikThreadError extends Error {
  readonly status: QuikThreadStatus;
  /** What the backend said of it; null where it was not the backend that refused. */
  readonly details: ErrorDetails | null;

  constructor(
    status: QuikThreadStatus,
    message: string,
    details: ErrorDetails | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'QuikThreadError';
    this.status = status;
    this.details = details;
  }

  /** The backend's error code, which tells `details` apart. */
  get code(): ErrorCode | null {
    return this.details?.code ?? null;
  }
}

/** Any error of the Firebase SDKs, or of an aborted signal, as a QuikThreadError. */
export function toQuikThreadError(error: unknown): QuikThreadError {
  if (error instanceof QuikThreadError) return error;
  if (!(error instanceof Error)) return new QuikThreadError('unknown', String(error));
  const details = 'details' in error ? errorDetailsSchema.safeParse(error.details) : undefined;
  return new QuikThreadError(statusOf(error), messageOf(error), details?.data ?? null, {
    cause: error,
  });
}

/** The SDK puts the HTTP status behind what a callable says, as in "Sign in first. [401]". */
function messageOf({ message }: Error): string {
  return message.replace(/ \[\d{3}\]$/, '');
}

/** The SDKs' codes are `functions/not-found`, `storage/canceled`, or, from Firestore, the bare word. */
function statusOf(error: Error): QuikThreadStatus {
  if (error.name === 'AbortError') return 'cancelled';
  if (error.name === 'TimeoutError') return 'deadline-exceeded';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const [service, word] = code.includes('/') ? code.split('/', 2) : ['', code];
  if (service === 'storage') return statusOfStorageCode[word ?? ''] ?? 'unknown';
  return statuses.find((status) => status === word) ?? 'unknown';
}

/** The refusal of what only a signed-in user can do, without asking the backend. */
export function unauthenticated(): QuikThreadError {
  return new QuikThreadError('unauthenticated', 'Sign in first.', { code: 'unauthenticated' });
}

/** What the backend sent is not what this version of the client knows. */
export function unexpectedShape(what: string, cause: unknown): QuikThreadError {
  const message = `QuikThread sent something that this client does not understand (${what}).`;
  return new QuikThreadError('internal', message, null, { cause });
}
