import { Code, FirestoreError } from '../model/status.js';
import type { Fields, Value } from '../model/value.js';
import { sizeOfFields, vectorElements } from '../model/value.js';
import type { Write } from './write.js';

/** Figures: firebase.google.com/docs/firestore/quotas, "Collections, documents, and fields". */
const MAX_DOCUMENT_BYTES = 1_048_576;
const MAX_VALUE_BYTES = 1_048_487;
const MAX_FIELD_NAME_BYTES = 1500;
const MAX_DEPTH = 20;
const MAX_TRANSFORMS = 500;
const MAX_DIMENSIONS = 2048;

/** Where a document's path begins in its name: after `projects/P/databases/D/documents`. */
const DOCUMENT_SEGMENT = 5;

/** Refuses writes of one commit that transform a document's fields too often. */
export function checkTransforms(writes: readonly Write[]): void {
  const counts = new Map<string, number>();
  for (const write of writes) {
    if (write.kind !== 'set') continue;
    const count = (counts.get(write.path) ?? 0) + write.transforms.length;
    if (count > MAX_TRANSFORMS) {
      throw invalid(
        `cannot have more than ${MAX_TRANSFORMS} field transforms on a single document`,
      );
    }
    counts.set(write.path, count);
  }
}

/** Refuses fields that Firestore does not store, with its status and words. `name` is the full one. */
export function checkDocument(name: string, fields: Fields): void {
  for (const [field, value] of fields) {
    checkFieldName(field);
    checkValue(field, value, 1);
  }
  checkSize(name, fields);
}

/** @param property the top field that the value is in, by which Firestore names it */
function checkValue(property: string, value: Value, depth: number): void {
  if (value.type === 'string' || value.type === 'bytes') {
    const size = value.type === 'string' ? Buffer.byteLength(value.value) : value.value.length;
    if (size > MAX_VALUE_BYTES) {
      throw invalid(`The value of property "${property}" is longer than ${MAX_VALUE_BYTES} bytes.`);
    }
  }
  if (value.type !== 'array' && value.type !== 'map') return;
  if (depth > MAX_DEPTH) throw nested(property);
  if (value.type === 'array') {
    for (const item of value.values) {
      if (item.type === 'array') throw nested('array');
      checkValue(property, item, depth + 1);
    }
    return;
  }
  const dimensions = vectorElements(value)?.length;
  if (dimensions === undefined) {
    for (const [name, item] of value.fields) {
      checkFieldName(name);
      checkValue(property, item, depth + 1);
    }
  } else if (dimensions > MAX_DIMENSIONS) {
    throw invalid(`Vectors must be at most ${MAX_DIMENSIONS} dimensions.`);
  }
}

function checkFieldName(name: string): void {
  if (name === '') throw invalid('The property.name is the empty string.');
  if (/^__.+__$/s.test(name)) throw invalid(`The property.name "${name}" is reserved.`);
  if (Buffer.byteLength(name) > MAX_FIELD_NAME_BYTES) {
    throw invalid(`The property.name is longer than ${MAX_FIELD_NAME_BYTES} bytes.`);
  }
}

function checkSize(name: string, fields: Fields): void {
  const path = name.split('/').slice(DOCUMENT_SEGMENT);
  const names = path.reduce((sum, part) => sum + Buffer.byteLength(part) + 1, 16);
  const size = names + sizeOfFields(fields) + 32;
  if (size <= MAX_DOCUMENT_BYTES) return;
  throw invalid(
    `Document '${name}' cannot be written because its size (${size.toLocaleString('en')} bytes) ` +
      `exceeds the maximum allowed size of ${MAX_DOCUMENT_BYTES.toLocaleString('en')} bytes.`,
  );
}

function nested(property: string): FirestoreError {
  return invalid(`Property ${property} contains an invalid nested entity.`);
}

function invalid(message: string): FirestoreError {
  return new FirestoreError(Code.InvalidArgument, message);
}
