/** Status codes of gRPC that Firestore answers with. */
export const Code = {
  Cancelled: 1,
  InvalidArgument: 3,
  NotFound: 5,
  AlreadyExists: 6,
  PermissionDenied: 7,
  FailedPrecondition: 9,
  Aborted: 10,
  Unimplemented: 12,
  Internal: 13,
} as const;

export type Code = (typeof Code)[keyof typeof Code];

/** A refusal that the client is told: a gRPC status code and its message. */
export class FirestoreError extends Error {
  constructor(
    readonly code: Code,
    message: string,
    /** Messages of google.rpc that say more to REST's clients, in JSON. */
    readonly details: readonly object[] = [],
  ) {
    super(message);
    this.name = 'FirestoreError';
  }
}

/** Something wrong with a request, and the path of the field where it is; none is the request itself. */
export interface Violation {
  readonly field?: string;
  readonly description: string;
}

/** INVALID_ARGUMENT for what is wrong with a request's form, told by google.rpc.BadRequest. */
export function badRequest(fieldViolations: readonly Violation[]): FirestoreError {
  const message = fieldViolations.map(({ description }) => description).join('\n');
  const detail = { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations };
  return new FirestoreError(Code.InvalidArgument, message, [detail]);
}

/** Turns anything thrown into a status; what is not a FirestoreError is a fault of this server. */
export function toFirestoreError(error: unknown): FirestoreError {
  if (error instanceof FirestoreError) return error;
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  console.error(`firestore: unexpected error: ${detail}`);
  return new FirestoreError(
    Code.Internal,
    error instanceof Error ? error.message : 'Unexpected error.',
  );
}
