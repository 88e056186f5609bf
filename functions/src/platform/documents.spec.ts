import assert from 'node:assert/strict';
import { isDocumentId } from './documents.js';

describe("a document's id", () => {
  for (const id of ['a', '__a', 'a__', '..a', 'é'.repeat(750), 'two words', 'a\nb']) {
    it(`may be ${JSON.stringify(id.slice(0, 20))}`, () => {
      assert.ok(isDocumentId(id));
    });
  }

  for (const id of ['', '.', '..', 'a/b', '/', '____', '__a__', '__a\nb__', 'é'.repeat(751)]) {
    it(`may not be ${JSON.stringify(id.slice(0, 20))}`, () => {
      assert.ok(!isDocumentId(id));
    });
  }
});
