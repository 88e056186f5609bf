import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Usage } from '../admin/usage.js';
import { DEFAULT_TIMEOUTS, Database } from '../database.js';
import type { Transaction } from '../locks/transactions.js';
import type { Instant } from '../model/clock.js';
import type { StoredDocument } from '../model/document.js';
import { Code, FirestoreError } from '../model/status.js';
import type { Value } from '../model/value.js';
import type { Query } from '../query/query.js';
import { completeOrder } from '../query/query.js';
import type { Write } from '../write/write.js';

const IDS = ['1', '2', '3'];
/** Some documents, with the one number that each has. */
type State = ReadonlyMap<string, number>;

type Read = { readonly get: string } | { readonly atLeast: number };

/** A transaction: what it reads, then the documents to set to a number made of all that was read. */
interface Script {
  readonly kind: 'readWrite' | 'readOnly' | 'plain';
  readonly reads: readonly Read[];
  readonly writes: readonly { readonly path: string; readonly isDelete: boolean }[];
}

/** What a transaction that succeeded saw and did. */
interface Done {
  readonly at: Instant;
  readonly script: Script;
  readonly observed: readonly State[];
  readonly written: ReadonlyMap<string, number | undefined>;
}

const path = fc.constantFrom(...IDS.map((id) => `c/${id}`));
const script: fc.Arbitrary<Script> = fc.record({
  kind: fc.constantFrom('readWrite', 'readWrite', 'readWrite', 'readOnly', 'plain'),
  reads: fc.array(
    fc.oneof(fc.record({ get: path }), fc.record({ atLeast: fc.integer({ min: 0, max: 9 }) })),
    { minLength: 1, maxLength: 3 },
  ),
  writes: fc.uniqueArray(
    fc.record({ path, isDelete: fc.integer({ min: 0, max: 4 }).map((n) => n === 0) }),
    { minLength: 1, maxLength: 2, selector: (write) => write.path },
  ),
});

const number = (value: number): Value => ({ type: 'integer', value: BigInt(value) });

function queryOf(atLeast: number): Query {
  const operator = 'GREATER_THAN_OR_EQUAL';
  const where = { kind: 'field', field: ['n'], operator, value: number(atLeast) } as const;
  const orderBy = completeOrder([], where);
  return { parent: '', collectionId: 'c', allDescendants: false, offset: 0, where, orderBy };
}

function stateOf(documents: Iterable<StoredDocument | undefined>): State {
  const state = new Map<string, number>();
  for (const document of documents) {
    const n = document?.fields.get('n');
    if (document !== undefined && n?.type === 'integer') state.set(document.path, Number(n.value));
  }
  return state;
}

function readModel(state: State, read: Read): State {
  const isSeen = ([path, n]: [string, number]): boolean =>
    'get' in read ? path === read.get : n >= read.atLeast;
  return new Map([...state].filter(isSeen));
}

/** What a script writes after it saw something: numbers from 0 to 9, or deletes. */
function outcomeOf(script: Script, observed: readonly State[]): Map<string, number | undefined> {
  if (script.kind === 'readOnly') return new Map();
  const sum = observed.flatMap((state) => [...state.values()]).reduce((a, b) => a + b, 0);
  return new Map(
    script.writes.map(({ path, isDelete }, index) => [
      path,
      isDelete ? undefined : (7 * sum + 3 * index + 1) % 10,
    ]),
  );
}

function toWrite([path, n]: [string, number | undefined]): Write {
  if (n === undefined) return { kind: 'delete', path, precondition: {} };
  const fields = new Map([['n', number(n)]]);
  return { kind: 'set', path, fields, transforms: [], precondition: {} };
}

/** Runs scripts on a database, each step when its turn comes, and tries again what is aborted. */
class Runner {
  readonly done: Done[] = [];

  constructor(
    private readonly database: Database,
    private readonly turn: () => Promise<void>,
  ) {}

  async run(script: Script): Promise<void> {
    let retryOf: string | undefined;
    for (;;) {
      const transaction = this.begin(script, retryOf);
      try {
        this.done.push(await this.attempt(script, transaction));
        return;
      } catch (error) {
        assert.ok(error instanceof FirestoreError && error.code === Code.Aborted, String(error));
        retryOf = transaction?.id;
      }
    }
  }

  private begin(script: Script, retryOf: string | undefined): Transaction | undefined {
    if (script.kind === 'plain') return undefined;
    const { clock, transactions } = this.database;
    const readOnly = script.kind === 'readOnly';
    return transactions.begin({
      readOnly,
      connection: 'one',
      ...(readOnly && { readTime: clock.readTime() }),
      ...(retryOf !== undefined && { retryOf }),
    });
  }

  private async attempt(script: Script, transaction: Transaction | undefined): Promise<Done> {
    const observed: State[] = [];
    for (const read of script.kind === 'plain' ? [] : script.reads) {
      await this.turn();
      observed.push(await this.read(read, transaction));
    }
    await this.turn();
    const written = outcomeOf(script, observed);
    const { commitTime } = await this.database.commit([...written].map(toWrite), {
      ...(transaction && { transaction }),
      author: { kind: 'admin' },
      authorize: () => Promise.resolve(),
    });
    return { at: transaction?.readTime ?? commitTime, script, observed, written };
  }

  private async read(read: Read, transaction: Transaction | undefined): Promise<State> {
    if ('get' in read) return stateOf(await this.database.read([read.get], transaction));
    const { documents } = await this.database.query(queryOf(read.atLeast), transaction);
    return stateOf(documents);
  }
}

/** Plays transactions one after another, and asserts that each saw what it then would. */
function replay(done: readonly Done[]): State {
  const state = new Map<string, number>();
  const isReader = ({ script }: Done): number => Number(script.kind === 'readOnly');
  const order = [...done].sort((a, b) =>
    a.at === b.at ? isReader(a) - isReader(b) : a.at < b.at ? -1 : 1,
  );
  for (const { script, observed, written } of order) {
    for (const [index, seen] of observed.entries()) {
      const read = script.reads[index];
      assert.ok(read !== undefined);
      assert.deepEqual(seen, readModel(state, read));
    }
    for (const [path, n] of written) {
      if (n === undefined) state.delete(path);
      else state.set(path, n);
    }
  }
  return state;
}

describe('transactions, at random', () => {
  it('all come to an end, and do what they would do one after another', async () => {
    const scripts = fc.array(script, { minLength: 2, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), scripts, async (scheduler, list) => {
        const id = { projectId: 'p', databaseId: 'd' };
        const database = new Database(id, DEFAULT_TIMEOUTS, new Usage());
        const runner = new Runner(database, () => scheduler.schedule(Promise.resolve()));
        await scheduler.waitFor(Promise.all(list.map((each) => runner.run(each))));
        assert.equal(runner.done.length, list.length);
        const inOrder = (state: State): object => Object.fromEntries([...state].sort());
        assert.deepEqual(inOrder(stateOf(database.store.all())), inOrder(replay(runner.done)));
      }),
      { numRuns: 400 },
    );
  }).timeout(60_000);
});
