import assert from 'node:assert/strict';
import type { Firestore, QuerySnapshot } from 'firebase-admin/firestore';
import type { QuerySnapshot as WebQuerySnapshot } from 'firebase/firestore';
import {
  collection,
  disableNetwork,
  doc,
  enableNetwork,
  limit,
  onSnapshot,
  orderBy,
  query,
} from 'firebase/firestore';
import type { Harness } from './harness.js';
import { Observed, startHarness } from './harness.js';

interface Listed {
  readonly docs: readonly { readonly id: string }[];
}

const ids = (snapshot: Listed): string => snapshot.docs.map(({ id }) => id).join(' ');

describe('listening', () => {
  let harness: Harness;
  let db: Firestore;
  let stops: (() => void)[] = [];

  before(async () => {
    harness = await startHarness();
    db = harness.admin();
  });
  beforeEach(async () => {
    await harness.clear();
    await db.doc('a/1').set({ n: 1 });
    await db.doc('a/2').set({ n: 2 });
    await db.doc('a/3').set({ n: 3 });
  });
  afterEach(() => {
    for (const stop of stops) stop();
    stops = [];
  });
  after(() => harness.stop());

  it('follows a document through creation, change and deletion, with firebase-admin', async () => {
    const observed = new Observed<unknown>();
    stops.push(
      db.doc('b/1').onSnapshot((snapshot) => {
        observed.push(snapshot.get('n') ?? 'none');
      }),
    );
    await observed.until((value) => value === 'none');
    await db.doc('b/1').set({ n: 1 });
    await db.doc('b/1').update({ n: 2 });
    await observed.until((value) => value === 2);
    await db.doc('b/1').delete();
    await observed.until((value) => value === 'none' && observed.seen.includes(2));
    assert.deepEqual(observed.seen.slice(0, 3), ['none', 1, 2]);
  });

  it('follows a query, with firebase-admin', async () => {
    const observed = new Observed<QuerySnapshot>();
    stops.push(db.collection('a').where('n', '>=', 2).orderBy('n').onSnapshot(observed.push));
    await observed.until((snapshot) => ids(snapshot) === '2 3');
    await db.doc('a/1').update({ n: 9 });
    const grown = await observed.until((snapshot) => ids(snapshot) === '2 3 1');
    assert.deepEqual(
      grown.docChanges().map((change) => `${change.type} ${change.doc.id}`),
      ['added 1'],
    );
    await db.doc('a/2').update({ n: 0 });
    await observed.until((snapshot) => ids(snapshot) === '3 1');
    await db.doc('a/3').delete();
    await observed.until((snapshot) => ids(snapshot) === '1');
  });

  it('sees a batch at once, in all queries of a stream', async () => {
    const web = harness.web('alice');
    const observed = new Observed<string>();
    const follow = (name: string): void => {
      const unsubscribe = onSnapshot(collection(web, name), (snapshot) => {
        observed.push(`${name}: ${ids(snapshot)}`);
      });
      stops.push(unsubscribe);
    };
    follow('a');
    follow('b');
    await observed.until((value) => value === 'a: 1 2 3');
    await observed.until((value) => value === 'b: ');
    const batch = db.batch();
    batch.delete(db.doc('a/1'));
    batch.set(db.doc('b/1'), {});
    batch.set(db.doc('b/2'), {});
    await batch.commit();
    await observed.until((value) => value === 'a: 2 3');
    await observed.until((value) => value === 'b: 1 2');
    assert.ok(!observed.seen.includes('b: 1'));
  });

  it('keeps a limited query full, with the web SDK', async () => {
    const web = harness.web();
    const observed = new Observed<WebQuerySnapshot>();
    const first = query(collection(web, 'a'), orderBy('n'), limit(2));
    stops.push(onSnapshot(first, observed.push));
    await observed.until((snapshot) => ids(snapshot) === '1 2');
    await db.doc('a/1').delete();
    await observed.until((snapshot) => ids(snapshot) === '2 3');
    await db.doc('a/0').set({ n: 0 });
    await observed.until((snapshot) => ids(snapshot) === '0 2');
  });

  it('catches up after a break, with the web SDK', async () => {
    const web = harness.web();
    const observed = new Observed<WebQuerySnapshot>();
    const options = { includeMetadataChanges: true };
    stops.push(onSnapshot(collection(web, 'a'), options, observed.push));
    await observed.until((value) => ids(value) === '1 2 3' && !value.metadata.fromCache);
    await disableNetwork(web);
    await observed.until((value) => value.metadata.fromCache && observed.seen.length > 1);
    await db.doc('a/1').delete();
    await db.doc('a/2').update({ n: 20 });
    await db.doc('a/4').set({ n: 4 });
    await enableNetwork(web);
    const caught = await observed.until(
      (value) => ids(value) === '2 3 4' && !value.metadata.fromCache,
    );
    assert.equal(caught.docs[0]?.get('n'), 20);
  });

  it('empties the listeners when the database is cleared', async () => {
    const web = harness.web();
    const lists = new Observed<WebQuerySnapshot>();
    const single = new Observed<boolean>();
    stops.push(onSnapshot(collection(web, 'a'), lists.push));
    stops.push(
      onSnapshot(doc(web, 'a/1'), (snapshot) => {
        single.push(snapshot.exists());
      }),
    );
    await lists.until((snapshot) => ids(snapshot) === '1 2 3');
    await single.until((exists) => exists);
    await harness.clear();
    await lists.until((snapshot) => snapshot.empty);
    await single.until((exists) => !exists);
  });

  it('tells one listener that its query is refused, and goes on with the others', async () => {
    const web = harness.web();
    const refused = new Observed<string>();
    const served = new Observed<string>();
    stops.push(
      onSnapshot(collection(web, 'a/__bad__/b'), {
        next: () => {
          refused.push('served');
        },
        error: ({ code }) => {
          refused.push(code);
        },
      }),
      onSnapshot(collection(web, 'a'), (snapshot) => {
        served.push(ids(snapshot));
      }),
    );
    assert.equal(await refused.until(() => true), 'invalid-argument');
    await served.until((seen) => seen === '1 2 3');
    await db.doc('a/4').set({ n: 4 });
    await served.until((seen) => seen === '1 2 3 4');
  });
});
