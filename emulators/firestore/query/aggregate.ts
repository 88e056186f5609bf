import type { FieldPath } from '../model/fieldPath.js';
import { getField } from '../model/fieldPath.js';
import type { StoredDocument } from '../model/document.js';
import type { NumberValue, Value } from '../model/value.js';
import { NULL_VALUE, isNumber } from '../model/value.js';

/** One aggregate that a query answers under its alias. */
export type Aggregation =
  | { readonly kind: 'count'; readonly alias: string; readonly upTo?: number }
  | { readonly kind: 'sum' | 'average'; readonly alias: string; readonly field: FieldPath };

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);

/**
 * Computes aggregates over a query's documents. As in Firestore, which reads them from an index of
 * all their fields, a document that lacks one of the fields counts for none of them.
 */
export function aggregateAll(
  documents: readonly StoredDocument[],
  aggregations: readonly Aggregation[],
): Map<string, Value> {
  const fields = aggregations.flatMap((each) => (each.kind === 'count' ? [] : [each.field]));
  const counted = documents.filter((document) =>
    fields.every((field) => getField(document.fields, field) !== undefined),
  );
  return new Map(aggregations.map((each) => [each.alias, aggregate(counted, each)]));
}

/** Computes one aggregate over documents; what is not a number does not count in sum and average. */
function aggregate(documents: readonly StoredDocument[], aggregation: Aggregation): Value {
  if (aggregation.kind === 'count') {
    const count = Math.min(documents.length, aggregation.upTo ?? Infinity);
    return { type: 'integer', value: BigInt(count) };
  }
  const numbers = documents
    .map((document) => getField(document.fields, aggregation.field))
    .filter(isNumber);
  if (aggregation.kind === 'sum') return sum(numbers);
  if (numbers.length === 0) return NULL_VALUE;
  return { type: 'double', value: Number(sum(numbers).value) / numbers.length };
}

/** An integer while all are integers and it fits in 64 bits, else a double. */
function sum(numbers: readonly NumberValue[]): NumberValue {
  let integers = 0n;
  let doubles = 0;
  let isInteger = true;
  for (const number of numbers) {
    if (number.type === 'integer') {
      integers += number.value;
    } else {
      doubles += number.value;
      isInteger = false;
    }
  }
  return isInteger && integers >= MIN_INT64 && integers <= MAX_INT64
    ? { type: 'integer', value: integers }
    : { type: 'double', value: Number(integers) + doubles };
}
