import assert from 'node:assert/strict';
import type { Firestore } from 'firebase-admin/firestore';
import type { Firestore as WebFirestore, QueryFieldFilterConstraint } from 'firebase/firestore';
import {
  addDoc,
  collection,
  collectionGroup,
  deleteDoc,
  doc,
  getCountFromServer,
  getDoc,
  getDocs,
  limit,
  onSnapshot,
  orderBy,
  query,
  runTransaction,
  serverTimestamp,
  setDoc,
  updateDoc,
  where,
  writeBatch,
} from 'firebase/firestore';
import type { Harness } from './harness.js';
import { Observed, PROJECT, startHarness } from './harness.js';

const RULES = `
rules_version = '2';
service cloud.firestore {
  match /databases/{database}/documents {
    match /public/{id} { allow get: if true; }
    match /users/{uid} {
      allow read: if request.auth.uid == uid;
      allow create: if request.auth.uid == uid && request.resource.data.at == request.time;
      allow update: if request.auth.uid == uid && resource.data.locked == false;
    }
    match /jobs/{id} {
      allow read: if resource.data.owner == request.auth.uid;
      allow create: if request.resource.data.owner == request.auth.uid
        && exists(/databases/$(database)/documents/users/$(request.auth.uid))
        && getAfter(/databases/$(database)/documents/counts/$(request.auth.uid)).data.n == 1;
    }
    match /counts/{uid} { allow write: if request.auth.uid == uid; }
    match /few/{id} { allow list: if request.query.limit <= 2; }
    match /pages/{id} {
      allow list: if request.query.offset == 0 && request.query.orderBy.rank == 'DESC'
        && request.query.limit == null;
    }
    match /films/{id} {
      allow list: if resource.data.age >= 18 || request.auth.uid in resource.data.members
        || resource.data.state in ['new', 'old'];
    }
    match /staff/{id} {
      allow get: if request.auth.token.role == 'admin' && 'eu' in request.auth.token.regions
        && request.auth.token.firebase.sign_in_provider == 'custom';
    }
    match /broken/{id} {
      allow get: if resource.data.missing == 1;
      allow get: if false;
    }
    match /{path=**}/notes/{id} { allow read: if resource.data.shared == true; }
  }
}`;

const DENIED = { code: 'permission-denied' };

describe('security rules, through the web SDK', () => {
  let harness: Harness;
  let admin: Firestore;
  let alice: WebFirestore;
  let nobody: WebFirestore;

  before(async () => {
    harness = await startHarness({ rules: { source: RULES, fileName: 'firestore.rules' } });
    admin = harness.admin();
    alice = harness.web('alice');
    nobody = harness.web();
  });
  beforeEach(() => harness.clear());
  after(() => harness.stop());

  it('lets an administrator past, and nobody where no rule allows it', async () => {
    await admin.doc('elsewhere/1').set({ x: 1 });
    assert.equal((await admin.doc('elsewhere/1').get()).get('x'), 1);
    await assert.rejects(getDoc(doc(alice, 'elsewhere/1')), DENIED);
    await assert.rejects(setDoc(doc(alice, 'elsewhere/1'), { x: 2 }), DENIED);
    assert.equal((await admin.doc('elsewhere/1').get()).get('x'), 1);
  });

  it('reads by what the rules say of the document and the user', async () => {
    await admin.doc('public/1').set({});
    await admin.doc('users/alice').set({});
    assert.ok((await getDoc(doc(nobody, 'public/1'))).exists());
    assert.ok((await getDoc(doc(alice, 'users/alice'))).exists());
    await assert.rejects(getDoc(doc(nobody, 'users/alice')), DENIED);
    await assert.rejects(getDoc(doc(alice, 'users/bob')), DENIED);
  });

  it('sees a server timestamp as the time of the request', async () => {
    await setDoc(doc(alice, 'users/alice'), { at: serverTimestamp(), locked: false });
    await updateDoc(doc(alice, 'users/alice'), { locked: true });
    await assert.rejects(updateDoc(doc(alice, 'users/alice'), { locked: false }), DENIED);
    await assert.rejects(deleteDoc(doc(alice, 'users/alice')), DENIED);
  });

  it('sees in getAfter what the whole batch would leave', async () => {
    await admin.doc('users/alice').set({});
    await assert.rejects(addDoc(collection(alice, 'jobs'), { owner: 'alice' }), DENIED);
    const batch = writeBatch(alice);
    batch.set(doc(alice, 'jobs/1'), { owner: 'alice' });
    batch.set(doc(alice, 'counts/alice'), { n: 1 });
    await batch.commit();
    assert.ok((await admin.doc('jobs/1').get()).exists);
  });

  it('allows a query only where its constraints prove the rule', async () => {
    await admin.doc('jobs/1').set({ owner: 'alice' });
    await admin.doc('jobs/2').set({ owner: 'bob' });
    const jobs = collection(alice, 'jobs');
    assert.equal((await getDocs(query(jobs, where('owner', '==', 'alice')))).size, 1);
    assert.equal((await getDocs(query(jobs, where('owner', 'in', ['alice'])))).size, 1);
    await assert.rejects(getDocs(jobs), DENIED);
    await assert.rejects(getDocs(query(jobs, where('owner', '==', 'bob'))), DENIED);
    await assert.rejects(getDocs(query(jobs, where('owner', 'in', ['alice', 'bob']))), DENIED);
    const mine = query(jobs, where('owner', '==', 'alice'));
    assert.equal((await getCountFromServer(mine)).data().count, 1);
    await assert.rejects(getCountFromServer(jobs), DENIED);
  });

  it('knows the limit of a query, and collection groups', async () => {
    await admin.doc('deep/1/notes/1').set({ shared: true });
    const notes = collectionGroup(alice, 'notes');
    assert.equal((await getDocs(query(notes, where('shared', '==', true)))).size, 1);
    await assert.rejects(getDocs(notes), DENIED);
    await getDocs(query(collection(alice, 'few'), limit(2)));
    await assert.rejects(getDocs(query(collection(alice, 'few'), limit(3))), DENIED);
    await assert.rejects(getDocs(collection(alice, 'few')), DENIED);
  });

  it('proves a query by its ranges, its arrays and its alternatives', async () => {
    await admin.doc('films/1').set({ age: 20, members: ['alice'], state: 'new' });
    const films = collection(alice, 'films');
    const sizeOf = async (...filters: QueryFieldFilterConstraint[]): Promise<number> =>
      (await getDocs(query(films, ...filters))).size;
    assert.equal(await sizeOf(where('age', '>', 18)), 1);
    assert.equal(await sizeOf(where('members', 'array-contains', 'alice')), 1);
    assert.equal(await sizeOf(where('state', 'in', ['new'])), 1);
    assert.equal(await sizeOf(where('age', '>', 19), where('age', '<', 21)), 1);
    await assert.rejects(sizeOf(where('age', '>', 17)), DENIED);
    await assert.rejects(sizeOf(where('age', '<', 18)), DENIED);
    await assert.rejects(sizeOf(where('members', 'array-contains', 'bob')), DENIED);
    await assert.rejects(sizeOf(where('state', 'not-in', ['secret'])), DENIED);
  });

  it('knows the order and the offset of a query', async () => {
    await admin.doc('pages/1').set({ rank: 1 });
    const pages = collection(alice, 'pages');
    assert.equal((await getDocs(query(pages, orderBy('rank', 'desc')))).size, 1);
    await assert.rejects(getDocs(query(pages, orderBy('rank'))), DENIED);
  });

  it('knows the custom claims of a user', async () => {
    const claims = { role: 'admin', regions: ['eu', 'us'] };
    const chief = harness.web('chief', claims);
    await getDoc(doc(chief, 'staff/1'));
    await assert.rejects(getDoc(doc(alice, 'staff/1')), DENIED);
    await assert.rejects(
      getDoc(doc(harness.web('x', { ...claims, regions: [] }), 'staff/1')),
      DENIED,
    );
  });

  it('says why it refuses, as the official emulator does', async () => {
    await admin.doc('broken/1').set({});
    const broken =
      /^\nevaluation error at L(\d+):21 for 'get' @ L\1, Property missing is undefined on object. for 'get' @ L\1, false for 'get' @ L\d+$/;
    await assert.rejects(getDoc(doc(alice, 'broken/1')), { ...DENIED, message: broken });
    await assert.rejects(getDocs(collection(alice, 'films')), {
      message: /^\nProperty age is undefined on object. for 'list' @ L\d+$/,
    });
    await assert.rejects(getDoc(doc(alice, 'elsewhere/1')), {
      message: '\nNo matching allow statements',
    });
  });

  it('ends a listener that is not allowed, and only that one', async () => {
    const allowed = new Observed<boolean>();
    const errors = new Observed<string>();
    const stop = onSnapshot(doc(alice, 'users/alice'), (snapshot) => {
      allowed.push(snapshot.exists());
    });
    onSnapshot(
      collection(alice, 'jobs'),
      () => undefined,
      (error) => {
        errors.push(error.code);
      },
    );
    assert.equal(await errors.until(() => true), 'permission-denied');
    await admin.doc('users/alice').set({});
    await allowed.until((exists) => exists);
    stop();
  });

  it('runs a transaction, and again when what it read has changed', async () => {
    await admin.doc('users/alice').set({ locked: false, n: 1 });
    let runs = 0;
    await runTransaction(alice, async (transaction) => {
      runs += 1;
      const snapshot = await transaction.get(doc(alice, 'users/alice'));
      if (runs === 1) await admin.doc('users/alice').update({ n: 10 });
      transaction.update(doc(alice, 'users/alice'), { n: Number(snapshot.get('n')) + 1 });
    });
    assert.equal(runs, 2);
    assert.equal((await admin.doc('users/alice').get()).get('n'), 11);
  });

  it('takes new rules at run time, keeps the old ones where the new have issues', async () => {
    const other = await startHarness({ rules: { source: RULES, fileName: 'firestore.rules' } });
    const path = `/emulator/v1/projects/${PROJECT}:securityRules`;
    const put = (content: string, ignore: boolean): Promise<{ status: number; body: unknown }> =>
      other.http('PUT', path, { rules: { files: [{ content }] }, ignore_errors: ignore });
    try {
      const web = other.web();
      await assert.rejects(setDoc(doc(web, 'x/1'), {}), DENIED);
      assert.equal((await put('service cloud.firestore { nonsense }', false)).status, 400);
      const { body } = await put('service cloud.firestore { nonsense }', true);
      assert.ok(typeof body === 'object' && body !== null && 'issues' in body);
      assert.ok(Array.isArray(body.issues) && body.issues.length > 0);
      await assert.rejects(setDoc(doc(web, 'x/1'), {}), DENIED);
      const open = RULES.replace('match /public/{id}', 'match /x/{id} { allow write; } $&');
      assert.deepEqual(await put(open, true), { status: 200, body: {} });
      await setDoc(doc(web, 'x/1'), {});
    } finally {
      await other.stop();
    }
  });
});
