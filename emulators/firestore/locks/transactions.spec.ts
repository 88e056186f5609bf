import assert from 'node:assert/strict';
import { LockTable } from './lockTable.js';
import type { BeginOptions, Transaction } from './transactions.js';
import { Transactions } from './transactions.js';

const PATIENCE = { writeMs: 60_000, readMs: 60_000 };
const TIMES = { transactionIdleMs: 60_000, transactionMs: 60_000 };
const EXPIRED = {
  message: 'The referenced transaction has expired or is no longer valid.',
};

describe('open transactions', () => {
  let locks: LockTable;
  let transactions: Transactions;

  beforeEach(() => {
    locks = new LockTable(PATIENCE);
    transactions = new Transactions(locks, TIMES);
  });

  afterEach(() => {
    transactions.endAll();
  });

  const begin = (options: Partial<BeginOptions> = {}): Transaction =>
    transactions.begin({ readOnly: false, connection: 'one', ...options });
  const isOpen = (transaction: Transaction): boolean => {
    try {
      return transactions.use(transaction.id) === transaction;
    } catch {
      return false;
    }
  };
  const locked = { paths: ['c/1'] };
  /** Resolves once nobody holds what a transaction had read. */
  const writable = (): Promise<void> =>
    locks.write(transactions.singleCommit(), {
      paths: new Set(locked.paths),
      touches: () => false,
    });

  it('are used by their ids until they end, and ending twice does nothing', () => {
    const transaction = begin();
    assert.equal(transactions.use(transaction.id), transaction);
    transactions.end(transaction.id);
    transactions.end(transaction.id);
    assert.throws(() => transactions.use(transaction.id), EXPIRED);
    assert.throws(() => transactions.use('none'), EXPIRED);
  });

  it('release what they read when they end', async () => {
    const transaction = begin();
    await locks.read(transaction, locked);
    const written = writable();
    transactions.end(transaction.id);
    await written;
  });

  it('are older than what began after them; one tried again keeps its age', () => {
    const [first, second] = [begin(), begin()];
    assert.ok(first.age < second.age);
    const commit = transactions.singleCommit();
    assert.ok(second.age < commit.age);
    const again = begin({ retryOf: first.id });
    assert.equal(again.age, first.age);
    assert.equal(again.isRetry, true);
    assert.notEqual(again.id, first.id);
    assert.ok(begin({ retryOf: 'not one of ours' }).age > commit.age);
  });

  it('end with the connection that began them, and others do not', async () => {
    const [first, second, other] = [begin(), begin(), begin({ connection: 'two' })];
    await locks.read(first, locked);
    transactions.endOfConnection('one');
    assert.deepEqual([first, second, other].map(isOpen), [false, false, true]);
    await writable();
  });

  it('are forgotten when they lose their locks', async () => {
    const [first, second] = [begin(), begin()];
    await locks.read(first, locked);
    await locks.read(second, locked);
    const claim = { paths: new Set(locked.paths), touches: () => false };
    const writes = [locks.write(first, claim), locks.write(second, claim)];
    const results = await Promise.allSettled(writes);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    assert.deepEqual([first, second].map(isOpen), [true, false]);
  });

  it('expire when they are not used for a time, and let others in', async () => {
    transactions = new Transactions(locks, { ...TIMES, transactionIdleMs: 1 });
    const transaction = begin();
    await locks.read(transaction, locked);
    await writable();
    assert.equal(isOpen(transaction), false);
  });

  it('expire when they last too long, though they are used', async () => {
    transactions = new Transactions(locks, { ...TIMES, transactionMs: 50 });
    const transaction = begin();
    await locks.read(transaction, locked);
    const opened = writable();
    // Looking uses it.
    isOpen(transaction);
    await opened;
    assert.equal(isOpen(transaction), false);
  });

  it('see the time that they are given', () => {
    assert.equal(begin().readTime, undefined);
    assert.equal(begin({ readOnly: true, readTime: 7n }).readTime, 7n);
  });
});
