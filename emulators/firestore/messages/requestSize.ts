import { Code, FirestoreError } from '../model/status.js';

/** What the service takes, and names when it refuses more, though firebase.google.com promises only 10 MiB. */
const MAX_REQUEST_BYTES = 11_534_336;

/** Refuses a request, or a message of a stream, that is too large as it came over the wire. */
export function checkRequestSize(bytes: number): void {
  if (bytes <= MAX_REQUEST_BYTES) return;
  throw new FirestoreError(
    Code.InvalidArgument,
    `Request payload size exceeds the limit: ${MAX_REQUEST_BYTES} bytes.`,
  );
}
