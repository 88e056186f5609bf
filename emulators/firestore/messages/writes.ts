import type { google } from '@google-cloud/firestore/build/protos/firestore_v1_proto_api.js';
import type { CommitResult, WriteResult } from '../database.js';
import { parseFieldPath } from '../model/fieldPath.js';
import { documentPath } from '../model/path.js';
import { Code, FirestoreError } from '../model/status.js';
import { isNumber } from '../model/value.js';
import type { FieldTransform } from '../write/transform.js';
import type { Precondition, Write } from '../write/write.js';
import {
  fromFields,
  fromMask,
  fromTimestamp,
  fromValueMessage,
  isSet,
  toTimestamp,
  toValueMessage,
} from './documents.js';

/** A write from the wire, with the field that the published types lack. */
export type WriteMessage = google.firestore.v1.IWrite & { readonly verify?: string };

type TransformMessage = google.firestore.v1.DocumentTransform.IFieldTransform;

/** Reads a write; INVALID_ARGUMENT where it is not one. */
export function fromWriteMessage(message: WriteMessage): Write {
  const precondition = fromPrecondition(message.currentDocument);
  if (isSet(message.update)) {
    const mask = fromMask(message.updateMask);
    return {
      kind: 'set',
      path: documentPath(message.update.name ?? ''),
      fields: fromFields(message.update.fields),
      ...(mask !== undefined && { mask }),
      transforms: (message.updateTransforms ?? []).map(fromTransform),
      precondition,
    };
  }
  if (isSet(message.delete)) {
    return { kind: 'delete', path: documentPath(message.delete), precondition };
  }
  if (isSet(message.verify)) {
    return { kind: 'verify', path: documentPath(message.verify), precondition };
  }
  if (isSet(message.transform)) {
    return {
      kind: 'set',
      path: documentPath(message.transform.document ?? ''),
      fields: new Map(),
      mask: [],
      transforms: (message.transform.fieldTransforms ?? []).map(fromTransform),
      precondition,
    };
  }
  throw new FirestoreError(Code.InvalidArgument, 'A write has no operation.');
}

export function fromPrecondition(
  message: google.firestore.v1.IPrecondition | null | undefined,
): Precondition {
  if (isSet(message?.updateTime)) return { updateTime: fromTimestamp(message.updateTime) };
  return isSet(message?.exists) ? { exists: message.exists } : {};
}

function fromTransform(message: TransformMessage): FieldTransform {
  const field = parseFieldPath(message.fieldPath ?? '');
  if (isSet(message.setToServerValue)) return { kind: 'serverTimestamp', field };
  if (isSet(message.increment)) return numeric('increment', field, message.increment);
  if (isSet(message.maximum)) return numeric('maximum', field, message.maximum);
  if (isSet(message.minimum)) return numeric('minimum', field, message.minimum);
  const added = message.appendMissingElements;
  const removed = message.removeAllFromArray;
  const operand = ((added ?? removed)?.values ?? []).map(fromValueMessage);
  if (isSet(added)) return { kind: 'arrayUnion', field, operand };
  if (isSet(removed)) return { kind: 'arrayRemove', field, operand };
  throw new FirestoreError(Code.InvalidArgument, 'A field transform has no type.');
}

function numeric(
  kind: 'increment' | 'maximum' | 'minimum',
  field: FieldTransform['field'],
  message: google.firestore.v1.IValue,
): FieldTransform {
  const operand = fromValueMessage(message);
  if (isNumber(operand)) return { kind, field, operand };
  throw new FirestoreError(Code.InvalidArgument, `The operand of ${kind} must be a number.`);
}

export function toCommitResponse(result: CommitResult): google.firestore.v1.ICommitResponse {
  return {
    writeResults: result.results.map(toWriteResult),
    commitTime: toTimestamp(result.commitTime),
  };
}

export function toWriteResult(result: WriteResult): google.firestore.v1.IWriteResult {
  return {
    ...(result.updateTime !== undefined && { updateTime: toTimestamp(result.updateTime) }),
    transformResults: result.transformResults.map(toValueMessage),
  };
}
