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
  ) {
    super(message);
    this.name = 'FirestoreError';
  }
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
