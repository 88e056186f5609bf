import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { Usage } from '../admin/usage.js';
import { DEFAULT_TIMEOUTS, Database } from '../database.js';
import type { Instant } from '../model/clock.js';
import type { StoredDocument } from '../model/document.js';
import type { Value } from '../model/value.js';
import { evaluateQuery } from '../query/evaluate.js';
import type { Filter, Query } from '../query/query.js';
import { completeOrder } from '../query/query.js';
import type { Write } from '../write/write.js';
import type { Target, WatchEvent } from './events.js';
import { WatchStream } from './watchStream.js';

const PATHS = ['c/1', 'c/2', 'c/3', 'c/4', 'd/1', 'd/1/c/5'];
const number = (value: number): Value => ({ type: 'integer', value: BigInt(value) });

const path = fc.constantFrom(...PATHS);
const fields = fc
  .dictionary(fc.constantFrom('n', 'm'), fc.integer({ min: 0, max: 3 }))
  .map((plain) => new Map(Object.entries(plain).map(([name, n]) => [name, number(n)] as const)));
const write: fc.Arbitrary<Write> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('set'), path, fields }).map(setOf) },
  fc.record({ kind: fc.constant('delete'), path, precondition: fc.constant({}) }),
);

const filter: fc.Arbitrary<Filter> = fc.record({
  kind: fc.constant('field'),
  field: fc.constantFrom(['n'], ['m']),
  operator: fc.constantFrom('LESS_THAN', 'EQUAL', 'GREATER_THAN_OR_EQUAL', 'NOT_EQUAL'),
  value: fc.integer({ min: 0, max: 3 }).map(number),
});
const query: fc.Arbitrary<Query> = fc
  .record({
    where: fc.option(filter, { nil: undefined }),
    order: fc.array(fc.record({ field: fc.constantFrom(['n'], ['m']), descending: fc.boolean() }), {
      maxLength: 1,
    }),
    limit: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    offset: fc.constantFrom(0, 0, 1),
    allDescendants: fc.boolean(),
  })
  .map(({ where, order, limit, ...rest }) => ({
    parent: '',
    collectionId: 'c',
    orderBy: completeOrder(order, where),
    ...rest,
    ...(where && { where }),
    ...(limit !== undefined && { limit }),
  }));
const kind: fc.Arbitrary<Target['kind']> = fc.oneof(
  { weight: 4, arbitrary: query.map((each) => ({ query: each })) },
  fc.uniqueArray(path, { minLength: 1, maxLength: 3 }).map((paths) => ({ paths })),
);

/** What happens to a listening client: a commit, or its connection breaks and comes back. */
type Step = { readonly writes: readonly Write[] } | { readonly missed: readonly Write[][] };
const writes = fc.array(write, { minLength: 1, maxLength: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ writes }) },
  fc.record({ missed: fc.array(writes, { maxLength: 3 }) }),
);

function setOf(parts: { path: string; fields: Map<string, Value> }): Write {
  return { kind: 'set', ...parts, transforms: [], precondition: {} };
}

async function commit(database: Database, list: readonly Write[]): Promise<void> {
  await database.commit(list, {
    author: { kind: 'admin' },
    authorize: () => Promise.resolve(),
  });
}

/** A client that knows only what it was told, and checks it whenever it is told that it has all. */
class Client {
  snapshots = 0;
  private readonly seen = new Map<number, Map<string, StoredDocument>>();
  private readonly current = new Set<number>();
  private version: Instant | undefined;
  private stream: WatchStream | undefined;

  constructor(
    private readonly database: Database,
    private readonly kinds: readonly Target['kind'][],
  ) {}

  connect(): void {
    const stream = new WatchStream(this.database, (event) => {
      this.take(event);
    });
    const resumeFrom = this.version;
    this.current.clear();
    for (const [id, each] of this.kinds.entries()) {
      stream.add({ id, kind: each, ...(resumeFrom !== undefined && { resumeFrom }) });
    }
    this.stream = stream;
  }

  disconnect(): void {
    this.stream?.close();
  }

  private take(event: WatchEvent): void {
    switch (event.type) {
      case 'reset':
        this.of(event.targetId).clear();
        break;
      case 'changed':
        for (const id of event.targetIds) this.of(id).set(event.document.path, event.document);
        for (const id of event.removedTargetIds) this.of(id).delete(event.document.path);
        break;
      case 'deleted':
      case 'left':
        for (const id of event.removedTargetIds) this.of(id).delete(event.path);
        break;
      case 'count':
        assert.equal(this.of(event.targetId).size, event.count);
        break;
      case 'current':
        this.current.add(event.targetId);
        break;
      case 'snapshot':
        this.snapshots += 1;
        this.check();
        if (this.current.size === this.kinds.length) this.version = event.version;
    }
  }

  /** Holds what it was told against the queries, run anew. */
  private check(): void {
    for (const id of this.current) {
      const target = this.kinds[id];
      assert.ok(target !== undefined);
      const { id: name, store } = this.database;
      const expected =
        'query' in target
          ? evaluateQuery(name, store, target.query).documents
          : target.paths.flatMap((each) => store.get(each) ?? []);
      const byPath = new Map(expected.map((document) => [document.path, document]));
      assert.deepEqual(sorted(this.of(id)), sorted(byPath));
    }
  }

  private of(id: number): Map<string, StoredDocument> {
    const documents = this.seen.get(id) ?? new Map<string, StoredDocument>();
    this.seen.set(id, documents);
    return documents;
  }
}

function sorted(documents: ReadonlyMap<string, StoredDocument>): StoredDocument[] {
  return [...documents.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

describe('listening', () => {
  it('tells by increments what running every query again would, through breaks and resumptions', async () => {
    const history = fc.array(step, { minLength: 1, maxLength: 12 });
    const targets = fc.array(kind, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(targets, history, async (kinds, steps) => {
        const id = { projectId: 'p', databaseId: 'd' };
        const database = new Database(id, DEFAULT_TIMEOUTS, new Usage());
        const client = new Client(database, kinds);
        client.connect();
        assert.equal(client.snapshots, kinds.length);
        for (const each of steps) {
          if ('writes' in each) {
            await commit(database, each.writes);
          } else {
            client.disconnect();
            for (const missed of each.missed) await commit(database, missed);
            client.connect();
          }
        }
        client.disconnect();
      }),
      { numRuns: 400 },
    );
  }).timeout(60_000);

  it('tells of commits in their turn, though some have to wait', async () => {
    const id = { projectId: 'p', databaseId: 'd' };
    const database = new Database(id, DEFAULT_TIMEOUTS, new Usage());
    const waits: (() => void)[] = [];
    const told: string[] = [];
    const stream = new WatchStream(
      database,
      (event) => {
        if (event.type === 'changed') told.push(event.document.path);
      },
      ({ changes }) =>
        changes[0]?.path === 'a/free'
          ? undefined
          : new Promise<void>((resolve) => {
              waits.push(resolve);
            }),
    );
    stream.add({ id: 1, kind: { paths: ['a/1', 'a/free', 'a/2'] } });
    for (const path of ['a/1', 'a/free', 'a/2']) {
      await commit(database, [setOf({ path, fields: new Map() })]);
    }
    waits[1]?.();
    await setImmediate();
    assert.deepEqual(told, []);
    waits[0]?.();
    await stream.settled();
    assert.deepEqual(told, ['a/1', 'a/free', 'a/2']);
    await commit(database, [setOf({ path: 'a/free', fields: new Map([['n', number(1)]]) })]);
    assert.equal(told.length, 4);
    stream.close();
  });
});
