import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { StoredDocument } from '../model/document.js';
import type { Value } from '../model/value.js';
import { vector } from '../specs/arbitraries.js';
import type { DistanceMeasure, Nearest } from './nearest.js';
import { findNearest } from './nearest.js';

function documentOf(id: string, fields: Record<string, Value>): StoredDocument {
  const map = new Map(Object.entries(fields));
  return { path: `c/${id}`, fields: map, createTime: 0n, updateTime: 0n };
}

const DOCUMENTS = [
  documentOf('none', { other: vector([1, 0]) }),
  documentOf('text', { v: { type: 'string', value: 'vector' } }),
  documentOf('short', { v: vector([1]) }),
  documentOf('east', { v: vector([1, 0]) }),
  documentOf('north', { v: vector([0, 2]) }),
  documentOf('northeast', { v: vector([3, 3]) }),
  documentOf('west', { v: vector([-1, 0]), d: { type: 'string', value: 'far' } }),
];

function search(options: Partial<Nearest>): string[] {
  const all: Nearest = {
    field: ['v'],
    vector: [1, 0],
    measure: 'EUCLIDEAN',
    limit: 10,
    resultField: ['d'],
    ...options,
  };
  return findNearest(DOCUMENTS, all).map(({ path, fields }) => {
    const distance = fields.get('d');
    const shown = distance?.type === 'double' ? distance.value.toFixed(2) : 'none';
    return `${path.slice(2)} ${shown}`;
  });
}

describe('the nearest vectors', () => {
  it('come by distance, and for a dot product by its size', () => {
    assert.deepEqual(search({ measure: 'EUCLIDEAN' }), [
      'east 0.00',
      'west 2.00',
      'north 2.24',
      'northeast 3.61',
    ]);
    assert.deepEqual(search({ measure: 'COSINE' }), [
      'east 0.00',
      'northeast 0.29',
      'north 1.00',
      'west 2.00',
    ]);
    assert.deepEqual(search({ measure: 'DOT_PRODUCT' }), [
      'northeast 3.00',
      'east 1.00',
      'north 0.00',
      'west -1.00',
    ]);
  });

  it('end at the limit and at the threshold, which itself still counts', () => {
    assert.deepEqual(search({ limit: 1 }), ['east 0.00']);
    assert.deepEqual(search({ threshold: 2 }), ['east 0.00', 'west 2.00']);
    assert.deepEqual(search({ measure: 'DOT_PRODUCT', threshold: 1 }), [
      'northeast 3.00',
      'east 1.00',
    ]);
  });

  it('leave out what has no direction, where only direction counts', () => {
    const origin = [documentOf('zero', { v: vector([0, 0]) })];
    const nearest = { field: ['v'], vector: [1, 0], limit: 10 };
    assert.equal(findNearest(origin, { ...nearest, measure: 'COSINE' }).length, 0);
    assert.equal(findNearest(origin, { ...nearest, measure: 'EUCLIDEAN' }).length, 1);
  });

  it('are the best of all, in order, by every measure', () => {
    const coordinates = fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 1, max: 9 }));
    const measures = fc.constantFrom<DistanceMeasure>('EUCLIDEAN', 'COSINE', 'DOT_PRODUCT');
    fc.assert(
      fc.property(fc.array(coordinates, { maxLength: 20 }), measures, (points, measure) => {
        const documents = points.map((point, index) =>
          documentOf(`${index}`, { v: vector(point) }),
        );
        const of = (limit: number): StoredDocument[] =>
          findNearest(documents, { field: ['v'], vector: [1, 2], measure, limit });
        assert.deepEqual(of(3), of(documents.length).slice(0, 3));
        assert.equal(of(documents.length).length, documents.length);
      }),
    );
  });
});
