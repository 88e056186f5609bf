import assert from 'node:assert/strict';
import type { RulesTestContext, RulesTestEnvironment } from '@firebase/rules-unit-testing';
import { deleteField, serverTimestamp, setLogLevel } from 'firebase/firestore';
import { callers, contextsOf, isAllowed, startEnvironment, type Caller } from './environment.js';

type Firestore = ReturnType<RulesTestContext['firestore']>;

const operations = ['get', 'list', 'create', 'update', 'delete'] as const;
type Operation = (typeof operations)[number];

/** A document of each collection, and what its owner may do; nobody else may do anything. */
const documents: readonly (readonly [path: string, ownerMay: readonly Operation[]])[] = [
  ['users/owner', ['get']],
  ['uploads/owner:talk.mp3', ['get', 'list']],
  ['jobs/job1', ['get', 'list']],
  ['jobs/job1/artifacts/transcript', ['get', 'list']],
  ['jobs/job1/private/run', []],
  ['posts/post1', ['get', 'list']],
  ['posts/post1/snapshots/2026-11-21', ['get', 'list']],
  ['analytics-cache/owner', ['get']],
  ['analytics-cache/owner/private/refresh', []],
  ['x-tokens/owner', []],
  ['x-oauth-states/state1', []],
  ['x-connections/connection1', []],
  ['x-limits/owner', []],
  ['rate-limits/owner', []],
  ['error-logs/log1', []],
  ['event-logs/log1', []],
  ['webhook-logs/log1', []],
  ['anything/else', []],
];

const profile = {
  userId: 'owner',
  email: 'owner@example.com',
  tier: 'free',
  creditsUsed: 1,
  creditsReserved: 0,
  maxCredits: 2,
  maxDuration: 1800,
  features: { analytics: false, postToX: false },
  xAccount: null,
  upcoming: [],
  displayName: null,
  settings: {},
  updatedAt: new Date('2024-01-01T00:00:00Z'),
};

/** Tries one operation as the owner's front end would, whoever calls. */
function attempt(db: Firestore, path: string, operation: Operation): Promise<unknown> {
  const document = db.doc(path);
  const data = { userId: 'owner', status: 'completed' };
  switch (operation) {
    case 'get':
      return document.get();
    case 'list':
      return document.parent.where('userId', '==', 'owner').get();
    case 'create':
      return document.parent.doc('created').set(data);
    case 'update':
      return document.update({ tier: 'business', userId: 'owner' });
    case 'delete':
      return document.delete();
  }
}

describe('firestore.rules', () => {
  let environment: RulesTestEnvironment;
  let databases: Readonly<Record<Caller, Firestore>>;
  const databaseOf = (caller: Caller) => databases[caller];

  before(async () => {
    // The SDK would log every refusal, and refusals are what is tested.
    setLogLevel('silent');
    environment = await startEnvironment('firestore');
    const contexts = contextsOf(environment);
    databases = {
      anonymous: contexts.anonymous.firestore(),
      owner: contexts.owner.firestore(),
      other: contexts.other.firestore(),
    };
  });
  beforeEach(async () => {
    await environment.clearFirestore();
    await environment.withSecurityRulesDisabled(async (context) => {
      const db = context.firestore();
      const batch = db.batch();
      for (const [path] of documents) batch.set(db.doc(path), { userId: 'owner' });
      batch.set(db.doc('users/owner'), profile);
      await batch.commit();
    });
  });
  after(async () => {
    await environment.cleanup();
  });

  for (const [path, ownerMay] of documents) {
    for (const caller of callers) {
      const expected = caller === 'owner' ? ownerMay : [];
      it(`${caller} may ${expected.join(' and ') || 'do nothing with'} ${path}`, async () => {
        const allowed: Operation[] = [];
        for (const operation of operations) {
          if (await isAllowed(attempt(databaseOf(caller), path, operation))) {
            allowed.push(operation);
          }
        }
        assert.deepEqual(allowed, expected);
      });
    }
  }

  for (const collection of ['uploads', 'jobs', 'posts']) {
    it(`${collection} are not listed without naming their owner`, async () => {
      assert.equal(await isAllowed(databaseOf('owner').collection(collection).get()), false);
    });

    it(`another user lists their own ${collection} and sees none of the owner's`, async () => {
      const own = databaseOf('other').collection(collection).where('userId', '==', 'other');
      assert.equal((await own.get()).size, 0);
    });
  }

  for (const collection of ['jobs', 'posts']) {
    it(`${collection} are listed as front ends do: the owner's, newest first`, async () => {
      const newest = databaseOf('owner')
        .collection(collection)
        .where('userId', '==', 'owner')
        .orderBy('createdAt', 'desc')
        .limit(50);
      assert.ok(await isAllowed(newest.get()));
    });
  }

  it('a user writes neither an X account nor a scheduled post into a profile that lacks both', async () => {
    await environment.withSecurityRulesDisabled(async (context) => {
      await context
        .firestore()
        .doc('users/owner')
        .update({ xAccount: deleteField(), upcoming: deleteField() });
    });
    const own = databaseOf('owner').doc('users/owner');
    for (const change of [{ xAccount: { username: 'ada' } }, { upcoming: [{ postId: 'p' }] }]) {
      assert.equal(await isAllowed(own.update({ displayName: 'Ada', ...change })), false);
    }
  });

  it('a listener on a job of someone else is refused', async () => {
    const listening = new Promise((resolve, reject) => {
      databaseOf('other').doc('jobs/job1').onSnapshot(resolve, reject);
    });
    assert.equal(await isAllowed(listening), false);
  });

  it('nobody creates a profile, not even their own', async () => {
    const own = databaseOf('other').doc('users/other');
    assert.equal(await isAllowed(own.set({ ...profile, userId: 'other' })), false);
  });

  it('a job of no owner is nobody’s', async () => {
    await environment.withSecurityRulesDisabled(async (context) => {
      await context.firestore().doc('jobs/orphan').set({ userId: null });
    });
    for (const caller of callers) {
      assert.equal(await isAllowed(databaseOf(caller).doc('jobs/orphan').get()), false);
    }
  });

  describe('a user’s own profile', () => {
    const updates: readonly (readonly [title: string, data: object, allowed: boolean])[] = [
      ['a display name', { displayName: 'Ada' }, true],
      ['a display name of 80 characters', { displayName: 'é'.repeat(80) }, true],
      ['no display name', { displayName: null }, true],
      ['a display name and the time', { displayName: 'Ada', updatedAt: serverTimestamp() }, true],
      ['settings', { settings: { language: 'pt-BR', timeZone: 'Europe/Paris' } }, true],
      ['one setting', { 'settings.language': 'en' }, true],
      ['empty settings', { settings: {} }, true],
      ['an empty display name', { displayName: '' }, false],
      ['a blank display name', { displayName: '  ' }, false],
      ['a display name of 81 characters', { displayName: 'x'.repeat(81) }, false],
      ['a display name that is no string', { displayName: 7 }, false],
      ['the removal of the display name', { displayName: deleteField() }, false],
      ['the removal of the settings', { settings: deleteField() }, false],
      ['settings that are no map', { settings: 'en' }, false],
      ['another setting', { settings: { theme: 'dark' } }, false],
      ['a language that is no tag', { settings: { language: 'English please' } }, false],
      ['a language that is no string', { settings: { language: 7 } }, false],
      ['a long language', { settings: { language: `en${'-abcdefgh'.repeat(4)}` } }, false],
      ['a long time zone', { settings: { timeZone: 'Z'.repeat(65) } }, false],
      ['an invented time', { displayName: 'Ada', updatedAt: new Date(0) }, false],
      ['a display name and a tier', { displayName: 'Ada', tier: 'business' }, false],
      ['a new field', { admin: true }, false],
      ...Object.keys(profile)
        .filter((field) => !['displayName', 'settings', 'updatedAt'].includes(field))
        .map((field) => [`the field ${field}`, { [field]: 'changed' }, false] as const),
    ];
    for (const [title, data, expected] of updates) {
      it(`${expected ? 'takes' : 'refuses'} ${title}`, async () => {
        const own = databaseOf('owner').doc('users/owner');
        assert.equal(await isAllowed(own.update(data)), expected);
      });
    }

    it('is not written by anyone else', async () => {
      for (const caller of ['anonymous', 'other'] as const) {
        const attempted = databaseOf(caller).doc('users/owner').update({ displayName: 'Ada' });
        assert.equal(await isAllowed(attempted), false);
      }
    });

    it('is not replaced as a whole', async () => {
      const own = databaseOf('owner').doc('users/owner');
      assert.equal(await isAllowed(own.set({ displayName: 'Ada', settings: {} })), false);
    });
  });
});
