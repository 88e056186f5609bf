import assert from 'node:assert/strict';
import type { Firestore as WebFirestore, FirestoreError } from 'firebase/firestore';
import { collection, doc, onSnapshot, query, setLogLevel, where } from 'firebase/firestore';
import type { Firestore } from 'firebase-admin/firestore';
import type { Harness } from './harness.js';
import { Observed, PROJECT, startHarness } from './harness.js';

// The SDK prints every refusal, and refusals are what is tested.
setLogLevel('silent');

const rules = (members: string): string => `
rules_version = '2';
service cloud.firestore {
  match /databases/{database}/documents {
    match /notes/{id} { allow read: if resource.data.open == true; }
    match /rooms/{room}/posts/{id} { allow read: if ${members}; }
  }
}`;
const MEMBERS =
  'exists(/databases/$(database)/documents/rooms/$(room)/members/$(request.auth.uid))';

describe('listening, when the rules would now refuse', () => {
  let harness: Harness;
  let db: Firestore;
  let alice: WebFirestore;
  let stops: (() => void)[] = [];

  before(async () => {
    harness = await startHarness();
    db = harness.admin();
    alice = harness.web('alice');
  });
  beforeEach(async () => {
    await setRules(rules(MEMBERS));
    await harness.clear();
    await db.doc('rooms/1/members/alice').set({});
    await db.doc('rooms/1/posts/1').set({ n: 1 });
  });
  afterEach(() => {
    for (const stop of stops) stop();
    stops = [];
  });
  after(() => harness.stop());

  const setRules = async (content: string): Promise<void> => {
    const { status } = await harness.http('PUT', `/emulator/v1/projects/${PROJECT}:securityRules`, {
      rules: { files: [{ name: 'firestore.rules', content }] },
    });
    assert.equal(status, 200);
  };

  /** Listens to a document as alice, and observes `n`, `missing` or a refusal's code. */
  const follow = (path: string): Observed<unknown> => {
    const observed = new Observed<unknown>();
    stops.push(
      onSnapshot(
        doc(alice, path),
        (snapshot) => {
          observed.push(snapshot.exists() ? snapshot.get('n') : 'missing');
        },
        (error: FirestoreError) => {
          observed.push(error.code);
        },
      ),
    );
    return observed;
  };
  const refused = (value: unknown): boolean => value === 'permission-denied';

  it('ends for a document that is changed so, without telling of the change', async () => {
    await db.doc('notes/1').set({ open: true, n: 1 });
    const observed = follow('notes/1');
    await observed.until((value) => value === 1);
    await db.doc('notes/1').set({ open: true, n: 2 });
    await observed.until((value) => value === 2);
    await db.doc('notes/1').set({ open: false, n: 3 });
    await observed.until(refused);
    assert.deepEqual(observed.seen, [1, 2, 'permission-denied']);
  });

  it('ends for a document that is gone, where the rules want to see it', async () => {
    await db.doc('notes/1').set({ open: true, n: 1 });
    const observed = follow('notes/1');
    await observed.until((value) => value === 1);
    await db.doc('notes/1').delete();
    await observed.until(refused);
  });

  it('ends when a document changes that the rules read, for documents and queries', async () => {
    const observed = follow('rooms/1/posts/1');
    const posts = new Observed<number | string>();
    stops.push(
      onSnapshot(
        query(collection(alice, 'rooms/1/posts'), where('n', '>', 0)),
        ({ size }) => {
          posts.push(size);
        },
        ({ code }) => {
          posts.push(code);
        },
      ),
    );
    await observed.until((value) => value === 1);
    await posts.until((size) => size === 1);
    await db.doc('rooms/2/members/alice').set({});
    await db.doc('rooms/1/posts/2').set({ n: 2 });
    await posts.until((size) => size === 2);
    await db.doc('rooms/1/members/alice').delete();
    await Promise.all([observed.until(refused), posts.until(refused)]);
    await db.doc('rooms/1/posts/3').set({ n: 3 });
    assert.deepEqual(observed.seen, [1, 'permission-denied']);
    assert.deepEqual(posts.seen, [1, 2, 'permission-denied']);
  });

  it('ends when the rules are replaced, but for what they still allow', async () => {
    await db.doc('notes/1').set({ open: true, n: 1 });
    const note = follow('notes/1');
    const post = follow('rooms/1/posts/1');
    await Promise.all([note, post].map((observed) => observed.until((value) => value === 1)));
    await setRules(rules('false'));
    await post.until(refused);
    await db.doc('notes/1').update({ n: 2 });
    await note.until((value) => value === 2);
  });

  it('goes on for an administrator, and while everything is cleared', async () => {
    const observed = new Observed<unknown>();
    stops.push(
      db.doc('notes/1').onSnapshot((snapshot) => {
        observed.push(snapshot.get('n') ?? 'missing');
      }),
    );
    const post = follow('rooms/1/posts/1');
    await post.until((value) => value === 1);
    await db.doc('notes/1').set({ open: false, n: 1 });
    await observed.until((value) => value === 1);
    await harness.clear();
    await post.until((value) => value === 'missing');
    assert.deepEqual(post.seen, [1, 'missing']);
  });
});
