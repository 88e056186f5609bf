import assert from 'node:assert/strict';
import { Timestamp } from 'firebase/firestore';
import { z } from 'zod';
import { parseDocument } from './documents.js';
import { QuikThreadError } from './errors.js';

const schema = z.object({ at: z.iso.datetime(), ended: z.iso.datetime().nullable() });

describe('parseDocument', () => {
  it('turns timestamps into ISO strings and drops unknown fields', () => {
    const at = Timestamp.fromDate(new Date('2026-11-21T10:00:00.123Z'));
    assert.deepEqual(parseDocument(schema, 'jobs/a', { at, ended: null, extra: 1 }), {
      at: '2026-11-21T10:00:00.123Z',
      ended: null,
    });
  });

  it('answers an error that names the document where the shape is another', () => {
    const error = parseDocument(schema, 'jobs/a', { at: 5, ended: null });
    assert.ok(error instanceof QuikThreadError);
    assert.equal(error.status, 'internal');
    assert.match(error.message, /jobs\/a/);
  });
});
