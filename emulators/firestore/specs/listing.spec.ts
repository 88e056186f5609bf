import assert from 'node:assert/strict';
import type { Firestore } from 'firebase-admin/firestore';
import type { Harness } from './harness.js';
import { PROJECT, startHarness } from './harness.js';

const ROOT = `/v1/projects/${PROJECT}/databases/(default)/documents`;
const RULES = `
rules_version = '2';
service cloud.firestore {
  match /databases/{database}/documents {
    match /c/{id} { allow list: if request.query.limit <= 2; }
  }
}`;

interface Page {
  readonly documents?: readonly { readonly name: string; readonly createTime?: string }[];
  readonly nextPageToken?: string;
}

describe('listing documents', () => {
  let harness: Harness;
  let admin: Firestore;

  before(async () => {
    harness = await startHarness({ rules: { source: RULES, fileName: 'firestore.rules' } });
    admin = harness.admin();
  });
  after(() => harness.stop());
  beforeEach(() => harness.clear());

  /** The ids on each page, up to the last; a missing document's with a question mark. */
  async function pages(query: string): Promise<string[][]> {
    const result: string[][] = [];
    let token = '';
    do {
      const path = `${ROOT}/c?${query}&pageToken=${token}`;
      const response = await fetch(`http://127.0.0.1:${harness.emulator.port}${path}`, {
        headers: { authorization: 'Bearer owner' },
      });
      const { documents = [], nextPageToken = '' } = (await response.json()) as Page;
      const ids = documents.map(({ name, createTime }) => {
        const id = name.slice(name.lastIndexOf('/') + 1);
        return createTime === undefined ? `${id}?` : id;
      });
      result.push(ids);
      token = nextPageToken;
    } while (token !== '');
    return result;
  }

  it('goes through all of them by name, page by page', async () => {
    for (const id of ['b', 'a', '__id10__', '__id9__', 'c']) await admin.doc(`c/${id}`).set({});
    assert.deepEqual(await pages('pageSize=2'), [['__id9__', '__id10__'], ['a', 'b'], ['c']]);
    assert.deepEqual((await pages('pageSize=5')).flat().length, 5);
    assert.deepEqual(await pages(''), [['__id9__', '__id10__', 'a', 'b', 'c']]);
  });

  it('has the order that it is asked for, page by page', async () => {
    for (const [id, n] of Object.entries({ a: 1, b: 2, c: 2, d: 3 })) {
      await admin.doc(`c/${id}`).set({ n });
    }
    await admin.doc('c/none').set({});
    const pageSize = 'pageSize=2&orderBy=';
    assert.deepEqual(await pages(`${pageSize}n desc`), [['d', 'c'], ['b', 'a'], []]);
    assert.deepEqual(await pages(`${pageSize}n desc, __name__ asc`), [['d', 'b'], ['c', 'a'], []]);
    assert.deepEqual((await pages(`${pageSize}__name__ desc`)).flat(), [
      'none',
      'd',
      'c',
      'b',
      'a',
    ]);
    for (const query of [
      'orderBy=n up',
      'orderBy=n, n',
      'pageToken=none',
      'orderBy=n&showMissing=true',
    ]) {
      assert.equal((await harness.http('GET', `${ROOT}/c?${query}`)).status, 400, query);
    }
  });

  it('goes on where it was, whatever has become of the last document', async () => {
    for (const id of ['1', '2', '3']) await admin.doc(`c/${id}`).set({});
    const first = await harness.http('GET', `${ROOT}/c?pageSize=2`);
    const { nextPageToken = '' } = first.body as Page;
    await admin.doc('c/2').delete();
    const rest = await harness.http('GET', `${ROOT}/c?pageSize=2&pageToken=${nextPageToken}`);
    assert.match((rest.body as Page).documents?.[0]?.name ?? '', /\/c\/3$/);
  });

  it('has what is only a parent of something in its place, where asked for', async () => {
    await admin.doc('c/1/sub/x').set({});
    await admin.doc('c/2').set({});
    await admin.doc('c/3/sub/y/sub/z').set({});
    assert.deepEqual(await pages('showMissing=true&pageSize=2'), [['1?', '2'], ['3?']]);
    assert.deepEqual(await pages('pageSize=2'), [['2']]);
    await admin.doc('c/1/sub/x').delete();
    assert.deepEqual(await pages('showMissing=true'), [['2', '3?']]);
  });

  it('has a limit in the eyes of the rules', async () => {
    const statusOf = async (query: string): Promise<number> =>
      (await harness.http('GET', `${ROOT}/c${query}`)).status;
    assert.equal(await statusOf('?pageSize=2'), 200);
    assert.equal(await statusOf('?pageSize=3'), 403);
    assert.equal(await statusOf(''), 403);
  });
});
