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

  it('are up to 6 KiB long, below up to 100 collections', () => {
    const deep = Array.from({ length: 100 }, () => 'c/1').join('/');
    assert.equal(documentPath(`${ROOT}/${deep}`), deep);
    refuses(`${deep}/c/1`, 'Key path is too long. Cannot exceed 100 elements.');
    const long = `${'x'.repeat(1000)}/1/`.repeat(6);
    const rest = 6144 - `${ROOT}/${long}c/`.length;
    assert.equal(
      documentPath(`${ROOT}/${long}c/${'x'.repeat(rest)}`).length,
      long.length + 2 + rest,
    );
    refuses(`${long}c/${'x'.repeat(rest + 1)}`, 'The document name is longer than 6144 bytes.');
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
