import assert from 'node:assert/strict';
import type { StoredDocument } from '../model/document.js';
import { ChangeLog } from './changeLog.js';

const documentOf = (path: string, version: bigint): StoredDocument => ({
  path,
  fields: new Map(),
  createTime: version,
  updateTime: version,
});

describe('the log of changes', () => {
  it('tells what changed after a version, each as it was then', () => {
    const log = new ChangeLog();
    const [first, second] = [documentOf('a/1', 1n), documentOf('a/1', 2n)];
    log.append({ version: 1n, changes: [{ path: 'a/1', before: undefined, after: first }] });
    log.append({
      version: 2n,
      changes: [
        { path: 'a/1', before: first, after: second },
        { path: 'a/2', before: undefined, after: documentOf('a/2', 2n) },
      ],
    });
    assert.deepEqual(log.since(2n), new Map());
    assert.deepEqual(
      log.since(1n),
      new Map([
        ['a/1', first],
        ['a/2', undefined],
      ]),
    );
    assert.deepEqual(log.since(0n)?.get('a/1'), undefined);
    assert.equal(log.since(0n)?.size, 2);
  });

  it('keeps the last 10,000 changes at least, and says of earlier ones that it does not know', () => {
    const log = new ChangeLog();
    for (let version = 1n; version <= 25_000n; version += 1n) {
      log.append({ version, changes: [{ path: 'a/1', before: undefined, after: undefined }] });
    }
    assert.equal(log.since(15_000n)?.size, 1);
    assert.equal(log.since(1n), undefined);
  });
});
