import type { google } from '@google-cloud/firestore/build/protos/firestore_v1_proto_api.js';
import type { Instant } from '../model/clock.js';
import { formatInstant, joinInstant, splitInstant } from '../model/clock.js';
import type { StoredDocument } from '../model/document.js';
import type { FieldPath } from '../model/fieldPath.js';
import { parseFieldPath } from '../model/fieldPath.js';
import type { DatabaseId } from '../model/path.js';
import { documentPath, formatName } from '../model/path.js';
import { Code, FirestoreError } from '../model/status.js';
import type { Fields, Value } from '../model/value.js';
import { FALSE_VALUE, NULL_VALUE, TRUE_VALUE } from '../model/value.js';

type ValueMessage = google.firestore.v1.IValue;
type TimestampMessage = google.protobuf.ITimestamp;

/** A value from the wire; INVALID_ARGUMENT where none is set. */
export function fromValueMessage(message: ValueMessage): Value {
  const { integerValue, timestampValue, geoPointValue } = message;
  if (isSet(message.stringValue)) return { type: 'string', value: message.stringValue };
  if (isSet(integerValue)) return { type: 'integer', value: BigInt(integerValue) };
  if (isSet(message.doubleValue)) return { type: 'double', value: message.doubleValue };
  if (isSet(message.booleanValue)) return message.booleanValue ? TRUE_VALUE : FALSE_VALUE;
  if (isSet(timestampValue)) return { type: 'timestamp', value: fromTimestamp(timestampValue) };
  if (isSet(message.bytesValue)) return { type: 'bytes', value: Buffer.from(message.bytesValue) };
  if (isSet(message.referenceValue)) return { type: 'reference', value: message.referenceValue };
  if (isSet(geoPointValue)) {
    const { latitude, longitude } = geoPointValue;
    return { type: 'geoPoint', latitude: latitude ?? 0, longitude: longitude ?? 0 };
  }
  if (isSet(message.arrayValue)) {
    return { type: 'array', values: (message.arrayValue.values ?? []).map(fromValueMessage) };
  }
  if (isSet(message.mapValue)) return { type: 'map', fields: fromFields(message.mapValue.fields) };
  if (isSet(message.nullValue)) return NULL_VALUE;
  throw new FirestoreError(Code.InvalidArgument, 'A value has no type.');
}

export function fromFields(fields: Record<string, ValueMessage> | null | undefined): Fields {
  return new Map(
    Object.entries(fields ?? {}).map(([name, value]) => [name, fromValueMessage(value)] as const),
  );
}

/** A value for the wire. */
export function toValueMessage(value: Value): ValueMessage {
  switch (value.type) {
    case 'null':
      return { nullValue: 'NULL_VALUE' };
    case 'boolean':
      return { booleanValue: value.value };
    case 'integer':
      return { integerValue: value.value.toString() };
    case 'double':
      return { doubleValue: value.value };
    case 'timestamp':
      return { timestampValue: toTimestamp(value.value) };
    case 'string':
      return { stringValue: value.value };
    case 'bytes':
      return { bytesValue: value.value };
    case 'reference':
      return { referenceValue: value.value };
    case 'geoPoint':
      return { geoPointValue: { latitude: value.latitude, longitude: value.longitude } };
    case 'array':
      return { arrayValue: { values: value.values.map(toValueMessage) } };
    case 'map':
      return { mapValue: { fields: toFields(value.fields) } };
  }
}

function toFields(fields: Fields): Record<string, ValueMessage> {
  return Object.fromEntries([...fields].map(([name, value]) => [name, toValueMessage(value)]));
}

/** A document for the wire, under its full name. */
export function toDocumentMessage(
  database: DatabaseId,
  document: StoredDocument,
): google.firestore.v1.IDocument {
  return {
    name: formatName(database, document.path),
    fields: toFields(document.fields),
    createTime: toTimestamp(document.createTime),
    updateTime: toTimestamp(document.updateTime),
  };
}

/** A document from the wire, with the times that it had. */
export function fromDocumentMessage(message: google.firestore.v1.IDocument): StoredDocument {
  return {
    path: documentPath(message.name ?? ''),
    fields: fromFields(message.fields),
    createTime: fromTimestamp(message.createTime ?? {}),
    updateTime: fromTimestamp(message.updateTime ?? {}),
  };
}

/** A document in the JSON form of protobuf, which 1st generation events carry. */
export function toJsonDocument(database: DatabaseId, document: StoredDocument): object {
  return {
    name: formatName(database, document.path),
    fields: toJsonFields(document.fields),
    createTime: formatInstant(document.createTime),
    updateTime: formatInstant(document.updateTime),
  };
}

function toJsonFields(fields: Fields): object {
  return Object.fromEntries([...fields].map(([name, value]) => [name, toJsonValue(value)]));
}

function toJsonValue(value: Value): object {
  switch (value.type) {
    case 'null':
      return { nullValue: null };
    case 'timestamp':
      return { timestampValue: formatInstant(value.value) };
    case 'bytes':
      return { bytesValue: Buffer.from(value.value).toString('base64') };
    case 'double':
      return { doubleValue: Number.isFinite(value.value) ? value.value : String(value.value) };
    case 'array':
      return { arrayValue: { values: value.values.map(toJsonValue) } };
    case 'map':
      return { mapValue: { fields: toJsonFields(value.fields) } };
    default:
      return toValueMessage(value);
  }
}

export function toTimestamp(instant: Instant): TimestampMessage {
  const { seconds, nanos } = splitInstant(instant);
  return { seconds: seconds.toString(), nanos };
}

export function fromTimestamp(message: TimestampMessage): Instant {
  return joinInstant(BigInt(String(message.seconds ?? 0)), message.nanos ?? 0);
}

/** The field paths of a mask, or undefined where there is no mask. */
export function fromMask(
  mask: google.firestore.v1.IDocumentMask | null | undefined,
): FieldPath[] | undefined {
  return isSet(mask) ? (mask.fieldPaths ?? []).map(parseFieldPath) : undefined;
}

/** Whether a field of a message is there: protobuf leaves it out or, in typed objects, null. */
export function isSet<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}
