import type { Instant } from '../model/clock.js';
import { truncateToMilliseconds } from '../model/clock.js';
import { identicalFields } from '../model/compare.js';
import type { StoredDocument } from '../model/document.js';
import type { FieldPath } from '../model/fieldPath.js';
import { getField, withField } from '../model/fieldPath.js';
import { Code, FirestoreError } from '../model/status.js';
import type { Fields, Value } from '../model/value.js';
import { checkDocument } from './limits.js';
import type { FieldTransform } from './transform.js';
import { applyTransform } from './transform.js';

/** What must hold of the document before a write. */
export interface Precondition {
  readonly exists?: boolean;
  readonly updateTime?: Instant;
}

/** One write of a commit. */
export type Write =
  | {
      readonly kind: 'set';
      readonly path: string;
      readonly fields: Fields;
      /** The fields to set, or remove where `fields` lacks them; absent to replace the document. */
      readonly mask?: readonly FieldPath[];
      readonly transforms: readonly FieldTransform[];
      readonly precondition: Precondition;
    }
  /** `verify` checks the precondition and changes nothing. */
  | {
      readonly kind: 'delete' | 'verify';
      readonly path: string;
      readonly precondition: Precondition;
    };

/** What a write leaves of a document: its fields, or undefined where there is none. */
export interface WriteOutcome {
  readonly fields: Fields | undefined;
  readonly transformResults: readonly Value[];
  readonly changed: boolean;
}

/**
 * Applies a write to a document's current state without storing it. `requestTime` is what a server
 * timestamp gets, cut to milliseconds; `name` is the document's full one. Refuses with the status
 * that Firestore gives.
 */
export function applyWrite(
  name: string,
  current: StoredDocument | undefined,
  write: Write,
  requestTime: Instant,
): WriteOutcome {
  checkPrecondition(name, current, write.precondition);
  if (write.kind !== 'set') {
    const isDelete = write.kind === 'delete';
    return {
      fields: isDelete ? undefined : current?.fields,
      transformResults: [],
      changed: isDelete && current !== undefined,
    };
  }
  let fields = write.mask === undefined ? write.fields : mergeMask(current, write, write.mask);
  const transformResults: Value[] = [];
  const serverTimestamp = truncateToMilliseconds(requestTime);
  for (const transform of write.transforms) {
    const previous = getField(fields, transform.field);
    const { value, result } = applyTransform(previous, transform, serverTimestamp);
    fields = withField(fields, transform.field, value);
    transformResults.push(result);
  }
  checkDocument(name, fields);
  const changed = current === undefined || !identicalFields(current.fields, fields);
  return { fields, transformResults, changed };
}

function mergeMask(
  current: StoredDocument | undefined,
  write: Extract<Write, { kind: 'set' }>,
  mask: readonly FieldPath[],
): Fields {
  let fields: Fields = current?.fields ?? new Map<string, Value>();
  for (const path of mask) fields = withField(fields, path, getField(write.fields, path));
  return fields;
}

function checkPrecondition(
  name: string,
  current: StoredDocument | undefined,
  { exists, updateTime }: Precondition,
): void {
  if (exists === false && current !== undefined) {
    throw new FirestoreError(Code.AlreadyExists, `Document already exists: ${name}`);
  }
  if ((exists === true || updateTime !== undefined) && current === undefined) {
    throw new FirestoreError(Code.NotFound, `No document to update: ${name}`);
  }
  if (updateTime !== undefined && current?.updateTime !== updateTime) {
    throw new FirestoreError(
      Code.FailedPrecondition,
      `the stored version (${current?.updateTime ?? 0n}) does not match the required base version (${updateTime})`,
    );
  }
}
