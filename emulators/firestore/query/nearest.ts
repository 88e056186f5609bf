import type { StoredDocument } from '../model/document.js';
import type { FieldPath } from '../model/fieldPath.js';
import { getField, withField } from '../model/fieldPath.js';
import { vectorElements } from '../model/value.js';
import type { Value } from '../model/value.js';

export type DistanceMeasure = 'EUCLIDEAN' | 'COSINE' | 'DOT_PRODUCT';

/** A search for the documents whose vector is nearest to one. */
export interface Nearest {
  readonly field: FieldPath;
  readonly vector: readonly number[];
  readonly measure: DistanceMeasure;
  readonly limit: number;
  /** The field of each result that gets its distance, whatever the document has there. */
  readonly resultField?: FieldPath;
  /** The farthest that a result may be; the least product for DOT_PRODUCT. */
  readonly threshold?: number;
}

/**
 * The documents nearest to a vector, nearest first and, where equally near, in their own order. What
 * has no vector of the same dimension in the field is left out.
 */
export function findNearest(
  documents: readonly StoredDocument[],
  nearest: Nearest,
): StoredDocument[] {
  const { measure, limit, resultField, threshold } = nearest;
  const sign = measure === 'DOT_PRODUCT' ? -1 : 1;
  return documents
    .flatMap((document) => {
      const distance = distanceOf(document, nearest);
      return distance === undefined ? [] : [{ document, distance }];
    })
    .filter(({ distance }) => threshold === undefined || sign * distance <= sign * threshold)
    .sort((a, b) => sign * (a.distance - b.distance))
    .slice(0, limit)
    .map(({ document, distance }) => {
      if (resultField === undefined) return document;
      const value: Value = { type: 'double', value: distance };
      return { ...document, fields: withField(document.fields, resultField, value) };
    });
}

function distanceOf(document: StoredDocument, nearest: Nearest): number | undefined {
  const value = getField(document.fields, nearest.field);
  const elements = value && vectorElements(value);
  if (elements?.length !== nearest.vector.length) return undefined;
  const vector = elements.map((element) => Number(element.value));
  const distance = measureDistance(nearest.measure, nearest.vector, vector);
  return Number.isNaN(distance) ? undefined : distance;
}

function measureDistance(
  measure: DistanceMeasure,
  a: readonly number[],
  b: readonly number[],
): number {
  switch (measure) {
    case 'EUCLIDEAN':
      return Math.hypot(...a.map((x, index) => x - (b[index] ?? 0)));
    case 'COSINE':
      return 1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
    case 'DOT_PRODUCT':
      return dot(a, b);
  }
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, x, index) => sum + x * (b[index] ?? 0), 0);
}
