import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { deleteApp, initializeApp } from 'firebase/app';
import type { FirebaseApp } from 'firebase/app';
import { connectFirestoreEmulator, getFirestore } from 'firebase/firestore';
import type { QueryShape } from '../../../emulators/firestore/admin/queryLog.js';
import { startEmulator } from '../../../emulators/firestore/server.js';
import type { RunningEmulator } from '../../../emulators/firestore/server.js';
import { closeFirestores, openFirestore } from '../../../functions/src/testing/firestore.js';
import { frontEnds, provocations, readOff } from './provoke.js';
import type { Databases } from './provoke.js';
import { indexesSchema, isServed } from './served.js';
import type { Indexes } from './served.js';
import { equalitiesOf, hasClauses, querySites } from './sites.js';
import type { Site } from './sites.js';

const PROJECT = 'demo-indexes';
const file = new URL('../../../firestore.indexes.json', import.meta.url);

/** A query as a failure names it. */
function nameOf({ collectionId, allDescendants, filters, orderBy }: QueryShape): string {
  const where = filters.map(({ field, operator }) => `${field} ${operator}`);
  const order = orderBy.map(({ field, descending }) => `${field} ${descending ? 'desc' : 'asc'}`);
  const name = `${collectionId ?? ''}${allDescendants ? ' (group)' : ''}`;
  return `${name}: ${where.join(', ') || 'all'}; by ${order.join(', ')}`;
}

describe('the indexes of Firestore', function () {
  this.timeout(60_000);
  let emulator: RunningEmulator;
  let app: FirebaseApp;
  let indexes: Indexes;
  let sites: ReadonlyMap<string, readonly Site[]>;
  /** What each file was seen to ask. */
  const asked = new Map<string, readonly QueryShape[]>();
  let askedByFrontEnds: readonly QueryShape[] = [];

  before(async () => {
    indexes = indexesSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    sites = await querySites();
    emulator = await startEmulator({ host: '127.0.0.1', port: 0 });
    const databases = open();
    for (const [name, provoke] of Object.entries(provocations)) {
      asked.set(name, await queriesOf(() => provoke(databases)));
    }
    askedByFrontEnds = await queriesOf(() => frontEnds(databases));
    for (const [name, collection] of Object.entries(readOff)) {
      asked.set(
        name,
        (sites.get(name) ?? []).map((site) => equalitiesOf(collection, site)),
      );
    }
  });

  after(async () => {
    await closeFirestores();
    await deleteApp(app);
    await emulator.close();
  });

  const queriesUrl = () => `http://127.0.0.1:${emulator.port}/emulator/v1/queries`;
  const allAsked = () => [...asked.values(), askedByFrontEnds].flat();

  async function queriesOf(work: () => Promise<unknown>): Promise<readonly QueryShape[]> {
    await fetch(queriesUrl(), { method: 'DELETE' });
    await work();
    const answer = await fetch(queriesUrl());
    return ((await answer.json()) as { queries: QueryShape[] }).queries;
  }

  function open(): Databases {
    const before = process.env['FIRESTORE_EMULATOR_HOST'];
    process.env['FIRESTORE_EMULATOR_HOST'] = `127.0.0.1:${emulator.port}`;
    const db = openFirestore(PROJECT);
    if (before === undefined) delete process.env['FIRESTORE_EMULATOR_HOST'];
    else process.env['FIRESTORE_EMULATOR_HOST'] = before;
    app = initializeApp({ projectId: PROJECT, apiKey: 'none' }, PROJECT);
    const web = getFirestore(app);
    connectFirestoreEmulator(web, '127.0.0.1', emulator.port);
    return { db, web };
  }

  it('are what the CLI takes', () => {
    const { FirestoreApi } = createRequire(import.meta.url)(
      'firebase-tools/lib/firestore/api.js',
    ) as { FirestoreApi: new () => { validateSpec(spec: unknown): void } };
    new FirestoreApi().validateSpec(indexes);
  });

  it('are tried by every query in the sources', () => {
    assert.deepEqual([...sites.keys()].sort(), [...asked.keys()].sort());
    for (const [name, found] of sites) {
      for (const { at, clauses } of found) {
        const isSeen = asked.get(name)?.some((shape) => hasClauses(shape, clauses));
        assert.ok(isSeen, `${at} was not asked: provoke.ts has to`);
      }
    }
  });

  it('serve every query', () => {
    const unserved = allAsked().filter((shape) => !isServed(shape, indexes));
    assert.deepEqual(unserved.map(nameOf), []);
  });

  it('are all needed', () => {
    const isNeeded = (rest: Indexes) => allAsked().some((shape) => !isServed(shape, rest));
    const { indexes: composites, fieldOverrides } = indexes;
    for (const one of composites) {
      const rest = composites.filter((other) => other !== one);
      assert.ok(isNeeded({ indexes: rest, fieldOverrides }), JSON.stringify(one));
    }
    for (const one of fieldOverrides.filter((override) => override.indexes.length > 0)) {
      const rest = fieldOverrides.filter((other) => other !== one);
      const exempted = [...rest, { ...one, indexes: [] }];
      const message = JSON.stringify(one);
      assert.ok(isNeeded({ indexes: composites, fieldOverrides: exempted }), message);
    }
  });
});

describe('isServed', () => {
  const none: Indexes = { indexes: [], fieldOverrides: [] };
  const byName = { field: '__name__', descending: false };
  const shape = (change: Partial<QueryShape>): QueryShape => {
    return {
      collectionId: 'jobs',
      allDescendants: false,
      filters: [],
      hasOr: false,
      orderBy: [byName],
      ...change,
    };
  };
  const equal = (field: string) => ({ field, operator: 'EQUAL' });
  const newest = { field: 'createdAt', descending: true };
  const newestFirst = [newest, { ...byName, descending: true }];
  const index = (fields: Indexes['indexes'][number]['fields'], queryScope = 'COLLECTION') =>
    indexesSchema.parse({
      indexes: [{ collectionGroup: 'jobs', queryScope, fields }],
      fieldOverrides: [],
    });
  const userThenNewest = index([
    { fieldPath: 'userId', order: 'ASCENDING' },
    { fieldPath: 'createdAt', order: 'DESCENDING' },
  ]);
  const exempt = (fieldPath: string): Indexes => {
    return { indexes: [], fieldOverrides: [{ collectionGroup: 'jobs', fieldPath, indexes: [] }] };
  };

  for (const [what, query, given, expected] of [
    ['a whole collection', {}, none, true],
    ['equalities, merged', { filters: [equal('a'), equal('b')] }, none, true],
    ['an exempted equality', { filters: [equal('a'), equal('b')] }, exempt('b'), false],
    ['an equality within an exempted map', { filters: [equal('b.c')] }, exempt('b'), false],
    ['an order by one field', { orderBy: newestFirst }, none, true],
    ['an order by the name backwards', { orderBy: [{ ...byName, descending: true }] }, none, false],
    ['an equality and an order', { filters: [equal('userId')], orderBy: newestFirst }, none, false],
    [
      'the same with its index',
      { filters: [equal('userId')], orderBy: newestFirst },
      userThenNewest,
      true,
    ],
    [
      'the same the other way round',
      { filters: [equal('userId')], orderBy: [{ ...newest, descending: false }, byName] },
      userThenNewest,
      false,
    ],
    [
      'one more equality than the index has',
      { filters: [equal('userId'), equal('kind')], orderBy: newestFirst },
      userThenNewest,
      false,
    ],
    ['an array of a group', { allDescendants: true, filters: [equal('a')] }, none, false],
    [
      'a group with an index of the collection only',
      { allDescendants: true, filters: [equal('userId')], orderBy: newestFirst },
      userThenNewest,
      false,
    ],
  ] as const) {
    it(`${expected ? 'finds' : 'misses'} an index for ${what}`, () => {
      assert.equal(isServed(shape(query), given), expected);
    });
  }

  it('merges indexes that end in the same order', () => {
    const also = index([
      { fieldPath: 'kind', order: 'ASCENDING' },
      { fieldPath: 'createdAt', order: 'DESCENDING' },
    ]);
    const both = { ...none, indexes: [...userThenNewest.indexes, ...also.indexes] };
    const query = { filters: [equal('userId'), equal('kind')], orderBy: newestFirst };
    assert.equal(isServed(shape(query), both), true);
  });
});
