import { doc, onSnapshot, snapshotEqual } from 'firebase/firestore';
import type { DocumentSnapshot, Firestore } from 'firebase/firestore';
import type { z } from 'zod';
import { parseDocument } from './documents.js';
import { QuikThreadError, toQuikThreadError } from './errors.js';
import { untilSettled } from './untilSettled.js';

export interface WaitOptions<T> {
  /** Called with it as it is, and at every change. */
  readonly onChange?: (value: T) => void;
  /** Stops the waiting, and nothing else. */
  readonly signal?: AbortSignal;
}

/** Follows one document, as `watchJob` describes it; returns the unsubscribe function. */
export type Watch<T> = (
  id: string,
  onChange: (value: T) => void,
  onError?: (error: QuikThreadError) => void,
) => () => void;

/** What there is to know of a kind of document, to follow one. */
export interface WatchedKind<Schema extends z.ZodType> {
  readonly path: (id: string) => string;
  readonly schema: Schema;
  /** The field of the shape that holds the document's id, which the document itself does not. */
  readonly idField: string;
}

export function watcher<Schema extends z.ZodType>(
  firestore: Firestore,
  { path, schema, idField }: WatchedKind<Schema>,
): Watch<z.output<Schema>> {
  return (id, onChange, onError) => {
    let last: DocumentSnapshot | undefined;
    return onSnapshot(
      doc(firestore, path(id)),
      // Without these, what the cache has right would never be confirmed.
      { includeMetadataChanges: true },
      (snapshot) => {
        // The cache can hold a former end, from before a retry. The server's answer follows.
        if (snapshot.metadata.fromCache || (last && snapshotEqual(last, snapshot))) return;
        last = snapshot;
        const data = snapshot.data();
        // The rules refuse what is not there, or no longer, so that `onError` is called instead.
        if (!data) return;
        const value = parseDocument(schema, snapshot.ref.path, { ...data, [idField]: id });
        if (value instanceof QuikThreadError) onError?.(value);
        else onChange(value);
      },
      (error) => onError?.(toQuikThreadError(error)),
    );
  };
}

/** Resolves with the first value that `isSettled` accepts; rejects where it cannot be followed. */
export function waitUntil<T>(
  watch: Watch<T>,
  id: string,
  isSettled: (value: T) => boolean,
  { onChange, signal }: WaitOptions<T> = {},
): Promise<T> {
  return untilSettled(signal, (resolve, reject) =>
    watch(
      id,
      (value) => {
        onChange?.(value);
        if (isSettled(value)) resolve(value);
      },
      reject,
    ),
  );
}
