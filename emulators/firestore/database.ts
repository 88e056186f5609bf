import type { Usage } from './admin/usage.js';
import type { LockPatience, WriteClaim } from './locks/lockTable.js';
import { LockTable } from './locks/lockTable.js';
import type { Transaction, TransactionTimes } from './locks/transactions.js';
import { Transactions } from './locks/transactions.js';
import type { Author } from './model/author.js';
import type { Instant } from './model/clock.js';
import { Clock } from './model/clock.js';
import type { DocumentChange, StoredDocument } from './model/document.js';
import type { DatabaseId } from './model/path.js';
import { Code, FirestoreError } from './model/status.js';
import type { Value } from './model/value.js';
import type { QueryResult } from './query/evaluate.js';
import { evaluateQuery, matchesQuery } from './query/evaluate.js';
import type { Query } from './query/query.js';
import { ChangeLog } from './storage/changeLog.js';
import type { Documents } from './storage/documentStore.js';
import { DocumentStore } from './storage/documentStore.js';
import { PastDocuments } from './storage/pastDocuments.js';
import type { CommitPlan } from './write/plan.js';
import { planCommit, settle } from './write/plan.js';
import type { Write } from './write/write.js';

export interface DatabaseTimeouts extends LockPatience, TransactionTimes {}

/** The official emulator's times, and a longer turn for readers (see locks). */
export const DEFAULT_TIMEOUTS: DatabaseTimeouts = {
  writeMs: 2000,
  readMs: 10_000,
  transactionIdleMs: 60_000,
  transactionMs: 270_000,
};

/** What a commit did: `changes` leaves out writes that changed nothing. */
export interface Commit {
  readonly version: Instant;
  readonly changes: readonly DocumentChange[];
  /** True where the whole database was cleared, which fires no trigger. */
  readonly cleared: boolean;
  /** Absent where the database was cleared. */
  readonly author?: Author;
}

export interface CommitOptions {
  /** Ends with the commit, whether it succeeds or not. */
  readonly transaction?: Transaction;
  readonly author: Author;
  /** Sees what the commit would do, with its documents locked, and refuses by throwing. */
  authorize(plan: CommitPlan): Promise<void>;
}

export interface WriteResult {
  /** Absent for a delete. */
  readonly updateTime?: Instant;
  readonly transformResults: readonly Value[];
}

export interface CommitResult {
  readonly commitTime: Instant;
  readonly results: readonly WriteResult[];
}

export type CommitListener = (commit: Commit) => void;

/** One database: its documents, transactions and commits. Knows no caller and no wire format. */
export class Database {
  readonly store = new DocumentStore();
  readonly clock = new Clock();
  readonly transactions: Transactions;
  readonly log = new ChangeLog();
  private readonly locks: LockTable;
  private readonly listeners = new Set<CommitListener>();

  constructor(
    readonly id: DatabaseId,
    timeouts: DatabaseTimeouts,
    usage: Usage,
  ) {
    this.locks = new LockTable(timeouts, usage);
    this.transactions = new Transactions(this.locks, timeouts);
  }

  /** Calls back after every commit, in order, before the commit is answered. */
  onCommit(listener: CommitListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Reads documents; a read-write transaction keeps them locked. */
  async read(
    paths: readonly string[],
    transaction?: Transaction,
  ): Promise<(StoredDocument | undefined)[]> {
    if (locksReads(transaction)) await this.locks.read(transaction, { paths });
    const documents = this.documents(transaction);
    return paths.map((path) => documents.get(path));
  }

  /** Evaluates a query; a read-write transaction keeps its result locked. */
  async query(query: Query, transaction?: Transaction): Promise<QueryResult> {
    if (locksReads(transaction)) await this.locks.read(transaction, { paths: [], query });
    return evaluateQuery(this.id, this.documents(transaction), query);
  }

  /** The documents that a transaction sees: at its read time where it has one, else the present. */
  documents(transaction?: Transaction): Documents {
    const at = transaction?.readTime;
    if (at === undefined) return this.store;
    if (at > this.clock.readTime()) {
      throw new FirestoreError(Code.InvalidArgument, 'read_time cannot be in the future.');
    }
    const undone = this.log.since(at);
    if (undone === undefined) {
      throw new FirestoreError(
        Code.FailedPrecondition,
        'The requested snapshot version is too old.',
      );
    }
    return undone.size === 0 ? this.store : new PastDocuments(this.store, undone);
  }

  /** Applies writes, all or none. */
  async commit(writes: readonly Write[], options: CommitOptions): Promise<CommitResult> {
    const { transaction, author } = options;
    if (transaction?.readOnly === true && writes.length > 0) {
      throw new FirestoreError(
        Code.InvalidArgument,
        'Cannot modify entities in a read-only transaction.',
      );
    }
    const owner = transaction ?? this.transactions.singleCommit();
    try {
      await this.locks.write(owner, this.claim(writes));
      const plan = planCommit(this.id, this.store, writes, this.clock.readTime());
      await options.authorize(plan);
      return this.apply(plan, author);
    } finally {
      if (transaction === undefined) this.locks.release(owner);
      else this.transactions.end(transaction.id);
    }
  }

  /** Puts documents in place with the times that they had, before anybody listens. */
  load(documents: Iterable<StoredDocument>): void {
    for (const document of documents) {
      this.store.set(document);
      this.clock.advanceTo(document.updateTime);
    }
  }

  /** Removes every document; listeners see the deletes, open transactions end. */
  clear(): void {
    const documents = [...this.store.all()];
    this.transactions.endAll();
    this.store.clear();
    this.publish({
      version: this.clock.commitTime(),
      changes: documents.map((before) => ({ path: before.path, before, after: undefined })),
      cleared: true,
    });
  }

  private apply(plan: CommitPlan, author: Author): CommitResult {
    const commitTime = this.clock.commitTime();
    const changes: DocumentChange[] = [];
    for (const { path, before, after } of plan.changes()) {
      const document = settle(after, commitTime);
      if (document === undefined) this.store.delete(path);
      else this.store.set(document);
      changes.push({ path, before, after: document });
    }
    if (changes.length > 0) {
      this.publish({ version: commitTime, changes, cleared: false, author });
    }
    const results = plan.steps.map(({ write, after, transformResults }) => {
      const updateTime = write.kind === 'set' ? settle(after, commitTime)?.updateTime : undefined;
      return { transformResults, ...(updateTime !== undefined && { updateTime }) };
    });
    return { commitTime, results };
  }

  private publish(commit: Commit): void {
    this.log.append(commit);
    for (const listener of this.listeners) listener(commit);
  }

  private claim(writes: readonly Write[]): WriteClaim {
    const paths = new Set(writes.map((write) => write.path));
    return {
      paths,
      touches: (query) =>
        this.outcomes(writes, paths).some((document) => matchesQuery(this.id, document, query)),
    };
  }

  /** The documents as they are and, where the writes can be applied, as they would become. */
  private outcomes(writes: readonly Write[], paths: ReadonlySet<string>): StoredDocument[] {
    const present = [...paths].map((path) => this.store.get(path));
    let planned: (StoredDocument | undefined)[] = [];
    try {
      planned = [...planCommit(this.id, this.store, writes, this.clock.readTime()).final.values()];
    } catch (error) {
      if (!(error instanceof FirestoreError)) throw error;
    }
    return [...present, ...planned].filter((document) => document !== undefined);
  }
}

function locksReads(transaction: Transaction | undefined): transaction is Transaction {
  return transaction?.readOnly === false;
}
