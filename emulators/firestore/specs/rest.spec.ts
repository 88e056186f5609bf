import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { deleteApp, initializeApp } from 'firebase/app';
import type { Firestore } from 'firebase/firestore/lite';
import {
  Bytes,
  GeoPoint,
  Timestamp,
  addDoc,
  average,
  collection,
  collectionGroup,
  connectFirestoreEmulator,
  deleteDoc,
  deleteField,
  doc,
  getAggregate,
  getCount,
  getDoc,
  getDocs,
  getFirestore,
  increment,
  limit,
  or,
  orderBy,
  query,
  runTransaction,
  serverTimestamp,
  setDoc,
  setLogLevel,
  startAfter,
  sum,
  updateDoc,
  vector,
  where,
  writeBatch,
} from 'firebase/firestore/lite';
import type { Harness } from './harness.js';
import { PROJECT, startHarness } from './harness.js';

const ROOT = `/v1/projects/${PROJECT}/databases/(default)/documents`;

const RULES = `
rules_version = '2';
service cloud.firestore {
  match /databases/{database}/documents {
    match /open/{id=**} { allow read, write: if true; }
    match /users/{uid} { allow read, write: if request.auth.uid == uid; }
  }
}`;

// The SDK prints every refusal, and refusals are part of what is tested.
setLogLevel('silent');

describe('firebase/firestore/lite, over REST', () => {
  let harness: Harness;
  const apps: ReturnType<typeof initializeApp>[] = [];

  const lite = (uid?: string): Firestore => {
    const app = initializeApp({ projectId: PROJECT, apiKey: 'none' }, randomUUID());
    apps.push(app);
    const firestore = getFirestore(app);
    const options = uid === undefined ? {} : { mockUserToken: { sub: uid } };
    connectFirestoreEmulator(firestore, '127.0.0.1', harness.emulator.port, options);
    return firestore;
  };

  before(async () => {
    harness = await startHarness({ rules: { source: RULES, fileName: 'firestore.rules' } });
  });
  beforeEach(() => harness.clear());
  after(async () => {
    await Promise.all(apps.map((app) => deleteApp(app)));
    await harness.stop();
  });

  it('gives back every type of value as it was written', async () => {
    const db = lite();
    const data = {
      nothing: null,
      yes: true,
      no: false,
      zero: 0,
      minusZero: -0,
      integer: 2 ** 53 - 1,
      double: 0.5,
      infinite: [Infinity, -Infinity, NaN],
      when: new Timestamp(1_700_000_000, 123_456_000),
      text: 'naïve 🎧 𐍈',
      bytes: Bytes.fromUint8Array(new Uint8Array([0, 255, 1])),
      ref: doc(db, 'open/other'),
      place: new GeoPoint(52.5, -13.4),
      map: { 'odd.key': { inner: true }, empty: {}, none: [] },
      vector: vector([1, 2, 3]),
    };
    await setDoc(doc(db, 'open/one'), data);
    const read = (await getDoc(doc(db, 'open/one'))).data();
    const { bytes, ref, when, place, vector: numbers, ...plain } = read ?? {};
    assert.ok(data.bytes.isEqual(bytes as Bytes));
    assert.equal((ref as typeof data.ref).path, 'open/other');
    assert.ok(data.when.isEqual(when as Timestamp));
    assert.ok(data.place.isEqual(place as GeoPoint));
    assert.ok(data.vector.isEqual(numbers as typeof data.vector));
    const { nothing, yes, no, zero, minusZero, integer, double, infinite, text, map } = data;
    assert.deepEqual(plain, {
      ...{ nothing, yes, no, zero, minusZero, integer, double, infinite, text, map },
    });
  });

  it('adds, updates, transforms and deletes', async () => {
    const db = lite();
    const added = await addDoc(collection(db, 'open'), { n: 1, gone: true });
    await updateDoc(added, { n: increment(2), gone: deleteField(), at: serverTimestamp() });
    const data = (await getDoc(added)).data();
    assert.equal(data?.['n'], 3);
    assert.ok(data['at'] instanceof Timestamp);
    assert.equal('gone' in data, false);
    await setDoc(added, { more: 'ü' }, { merge: true });
    assert.equal((await getDoc(added)).get('more'), 'ü');
    await deleteDoc(added);
    assert.equal((await getDoc(added)).exists(), false);
    await assert.rejects(updateDoc(added, { n: 1 }), { code: 'not-found' });
  });

  it('queries, counts and pages', async () => {
    const db = lite();
    const batch = writeBatch(db);
    for (const n of [1, 2, 3, 4, 5]) batch.set(doc(db, `open/root/list/${n}`), { n, odd: n % 2 });
    await batch.commit();
    const list = collection(db, 'open/root/list');
    const ids = async (...constraints: Parameters<typeof query>[1][]): Promise<string> =>
      (await getDocs(query(list, ...constraints))).docs.map(({ id }) => id).join(' ');
    assert.equal(await ids(where('odd', '==', 1), orderBy('n', 'desc')), '5 3 1');
    assert.equal(await ids(orderBy('n'), startAfter(2), limit(2)), '3 4');
    assert.equal(await ids(where('n', '>', 9)), '');
    const either = query(list, or(where('n', '==', 1), where('n', 'in', [4, 5])));
    assert.equal((await getDocs(either)).size, 3);
    assert.equal((await getCount(list)).data().count, 5);
    const figures = await getAggregate(list, { total: sum('n'), mean: average('n') });
    assert.deepEqual(figures.data(), { total: 15, mean: 3 });
  });

  it('tries a transaction again when what it read has changed', async () => {
    const db = lite();
    const counter = doc(db, 'open/counter');
    await setDoc(counter, { n: 0 });
    let attempts = 0;
    await runTransaction(db, async (transaction) => {
      attempts += 1;
      const { n } = (await transaction.get(counter)).data() as { n: number };
      if (attempts === 1) await setDoc(counter, { n: 10 });
      transaction.update(counter, { n: n + 1 });
    });
    assert.equal(attempts, 2);
    assert.equal((await getDoc(counter)).get('n'), 11);
  });

  it('keeps to the rules', async () => {
    const alice = lite('alice');
    await setDoc(doc(alice, 'users/alice'), { n: 1 });
    const denied = { code: 'permission-denied' };
    await assert.rejects(setDoc(doc(alice, 'users/bob'), { n: 1 }), denied);
    await assert.rejects(getDoc(doc(lite(), 'users/alice')), denied);
    await assert.rejects(getDocs(collectionGroup(alice, 'users')), denied);
  });
});

describe('REST, with plain requests', () => {
  let harness: Harness;

  before(async () => {
    harness = await startHarness();
  });
  beforeEach(() => harness.clear());
  after(() => harness.stop());

  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`http://127.0.0.1:${harness.emulator.port}${ROOT}${path}`, {
      method,
      headers: { authorization: 'Bearer owner' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as unknown };
  };
  const fields = (n: number) => ({ fields: { n: { integerValue: String(n) } } });

  it('creates, gets, changes and deletes documents', async () => {
    const created = await ask('POST', '/a?documentId=x%20y', fields(1));
    const name = `projects/${PROJECT}/databases/(default)/documents/a/x y`;
    assert.equal((created.body as { name: string }).name, name);
    assert.deepEqual((await ask('POST', '/a?documentId=x%20y', fields(1))).body, {
      error: { code: 409, message: `Document already exists: ${name}`, status: 'ALREADY_EXISTS' },
    });
    const change = { fields: { n: { integerValue: 2 }, other: { stringValue: 'no' } } };
    await ask('PATCH', '/a/x%20y?updateMask.fieldPaths=n&currentDocument.exists=true', change);
    const read = (await ask('GET', '/a/x%20y')).body as ReturnType<typeof fields>;
    assert.deepEqual(read.fields, fields(2).fields);
    const masked = (await ask('GET', '/a/x%20y?mask.fieldPaths=other')).body as object;
    assert.deepEqual(Object.keys(masked).sort(), ['createTime', 'fields', 'name', 'updateTime']);
    assert.deepEqual(await ask('DELETE', '/a/x%20y'), { status: 200, body: {} });
    assert.equal((await ask('GET', '/a/x%20y')).status, 404);
  });

  it('lists documents by page, and collections', async () => {
    for (const id of ['1', '2', '3']) await ask('POST', `/a/b/c?documentId=${id}`, fields(1));
    interface Page {
      readonly documents: readonly { readonly name: string }[];
      readonly nextPageToken?: string;
    }
    const first = (await ask('GET', '/a/b/c?pageSize=2')).body as Page;
    assert.equal(first.documents.length, 2);
    const token = first.nextPageToken ?? '';
    const rest = (await ask('GET', `/a/b/c?pageSize=2&pageToken=${token}`)).body as Page;
    assert.match(rest.documents[0]?.name ?? '', /\/c\/3$/);
    const missing = (await ask('GET', '/a?showMissing=true')).body as Page;
    assert.match(missing.documents[0]?.name ?? '', /\/a\/b$/);
    const below = await ask('POST', '/a/b:listCollectionIds', {});
    assert.deepEqual((below.body as { collectionIds: string[] }).collectionIds, ['c']);
  });

  it('reads and writes in a transaction, over several connections', async () => {
    await ask('POST', '/a?documentId=1', fields(1));
    const begun = await ask('POST', ':beginTransaction', { options: { readWrite: {} } });
    const { transaction } = begun.body as { transaction: string };
    const name = `projects/${PROJECT}/databases/(default)/documents/a/1`;
    const read = await ask('POST', ':batchGet', { documents: [name], transaction });
    assert.equal((read.body as { found: { name: string } }[])[0]?.found.name, name);
    const writes = [{ update: { name, ...fields(5) } }];
    assert.equal((await ask('POST', ':commit', { writes, transaction })).status, 200);
    const again = await ask('POST', ':commit', { writes, transaction });
    assert.equal((again.body as { error: { status: string } }).error.status, 'INVALID_ARGUMENT');
    const other = await ask('POST', ':beginTransaction', {});
    assert.deepEqual(await ask('POST', ':rollback', other.body), { status: 200, body: {} });
  });

  it('writes a batch in which some writes fail', async () => {
    const name = (id: string) => `projects/${PROJECT}/databases/(default)/documents/a/${id}`;
    const { body } = await ask('POST', ':batchWrite', {
      writes: [
        { update: { name: name('1'), ...fields(1) } },
        { update: { name: name('2'), ...fields(1) }, currentDocument: { exists: true } },
      ],
    });
    const { status } = body as { status: { code?: number }[] };
    assert.deepEqual(
      status.map(({ code = 0 }) => code),
      [0, 5],
    );
  });

  it('says what is wrong with a request', async () => {
    const refusal = async (...request: Parameters<typeof ask>) => {
      const { status, body } = await ask(...request);
      const { error } = (Array.isArray(body) ? body[0] : body) as { error: { status: string } };
      return `${status} ${error.status}`;
    };
    assert.equal(await refusal('GET', '/a/1?what=2'), '400 INVALID_ARGUMENT');
    assert.equal(
      await refusal('POST', '/a', { fields: { n: { booleanValue: 1 } } }),
      '400 INVALID_ARGUMENT',
    );
    assert.equal(await refusal('POST', ':write', {}), '501 UNIMPLEMENTED');
    assert.equal(await refusal('POST', ':nothing', {}), '404 NOT_FOUND');
    const where = { unaryFilter: { op: 'IS_NULL', field: { fieldPath: '' } } };
    const query = { structuredQuery: { from: [{ collectionId: 'a' }], where } };
    assert.equal(await refusal('POST', ':runQuery', query), '400 INVALID_ARGUMENT');
  });

  it('lets pages of any origin call', async () => {
    const url = `http://127.0.0.1:${harness.emulator.port}${ROOT}/a/1`;
    const origin = 'http://page.example';
    const preflight = await fetch(url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization',
      },
    });
    assert.equal(preflight.status, 204);
    assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /PATCH/);
    assert.equal(preflight.headers.get('access-control-allow-headers'), 'authorization');
    const answer = await fetch(url, { headers: { origin } });
    assert.equal(answer.headers.get('access-control-allow-origin'), origin);
    assert.equal(answer.headers.get('access-control-allow-credentials'), 'true');
  });
});
