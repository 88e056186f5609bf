import assert from 'node:assert/strict';
import { documentPath } from './path.js';

const ROOT = 'projects/p/databases/(default)/documents';

describe('names of documents', () => {
  const refuses = (path: string, message: string): void => {
    assert.throws(() => documentPath(`${ROOT}/${path}`), { code: 3, message });
  };

  it('have ids of up to 1,500 bytes of any text but a slash', () => {
    const ids = ['a', 'a b', 'ü'.repeat(750), '__', '____', '__x', '...', '__id7__'];
    for (const id of ids) assert.equal(documentPath(`${ROOT}/c/${id}`), `c/${id}`);
    const tooLong = 'The key path element name is longer than 1500 bytes.';
    refuses(`c/${'x'.repeat(1501)}`, tooLong);
    refuses(`${'x'.repeat(1501)}/1`, tooLong);
    refuses(`c/${'ü'.repeat(751)}`, tooLong);
  });

  it('have no reserved ids, nor those that mean a folder', () => {
    refuses('c/__x__', 'Resource id "__x__" is invalid because it is reserved.');
    refuses('__x__/1', 'Collection id "__x__" is invalid because it is reserved.');
    refuses('c/.', `Document name "${ROOT}/c/." contains a resource id ".".`);
    refuses('c/..', `Document name "${ROOT}/c/.." contains a resource id "..".`);
  });

  it('alternate collections and documents', () => {
    for (const path of ['c', 'c/1/d', 'c//', '/c/1', 'c/1/']) {
      assert.throws(() => documentPath(`${ROOT}/${path}`), /invalid or missing segments/);
    }
  });
});
