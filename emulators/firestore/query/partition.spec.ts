import assert from 'node:assert/strict';
import fc from 'fast-check';
import { partitionPoints } from './partition.js';

describe('partitions of a query', () => {
  it('are as many as asked for or as the documents allow, of about the same size', () => {
    const database = { projectId: 'p', databaseId: 'd' };
    fc.assert(
      fc.property(fc.nat({ max: 2000 }), fc.nat({ max: 12 }), (total, count) => {
        const times = { fields: new Map(), createTime: 0n, updateTime: 0n };
        const documents = Array.from({ length: total }, (_, n) => ({ path: `c/${n}`, ...times }));
        const names = documents.map(({ path }) => `projects/p/databases/d/documents/${path}`);
        const points = partitionPoints(database, documents, count);
        assert.equal(points.length, Math.min(count, Math.max(0, Math.floor(total / 128) - 1)));
        const bounds = [0, ...points.map((point) => names.indexOf(point)), total];
        const sizes = bounds.slice(1).map((end, index) => end - (bounds[index] ?? 0));
        assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
      }),
    );
  });
});
