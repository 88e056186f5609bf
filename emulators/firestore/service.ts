import type { Access } from './access/access.js';
import type { Caller } from './access/caller.js';
import { Faults } from './admin/faults.js';
import { QueryLog } from './admin/queryLog.js';
import { Usage } from './admin/usage.js';
import { WriteCounter } from './admin/writeCounter.js';
import type { CommitOptions, CommitResult, DatabaseTimeouts } from './database.js';
import { Database } from './database.js';
import type { Transaction } from './locks/transactions.js';
import type { StoredDocument } from './model/document.js';
import type { DatabaseId } from './model/path.js';
import { Code, FirestoreError } from './model/status.js';
import { project } from './query/evaluate.js';
import type { Query } from './query/query.js';
import type { TriggerDispatcher } from './triggers/dispatcher.js';
import type { Write } from './write/write.js';

/** Of one BatchWrite; a commit is bounded by its size alone. */
const MAX_BATCH_WRITES = 500;

/**
 * What Firestore does for a caller, whatever wire format the request came in: rules first, then the
 * database; faults and triggers around commits.
 */
export class FirestoreService {
  readonly faults = new Faults();
  readonly writes = new WriteCounter();
  readonly queries = new QueryLog();
  readonly usage = new Usage();
  private readonly databases = new Map<string, Database>();

  constructor(
    readonly access: Access,
    private readonly triggers: TriggerDispatcher,
    private readonly timeouts: DatabaseTimeouts,
  ) {}

  /** The database of a name, made when first asked for. */
  database({ projectId, databaseId }: DatabaseId): Database {
    const key = `${projectId}/${databaseId}`;
    let database = this.databases.get(key);
    if (database === undefined) {
      const id = { projectId, databaseId };
      database = new Database(id, this.timeouts, this.usage);
      database.onCommit((commit) => {
        this.triggers.dispatch(id, commit);
      });
      this.databases.set(key, database);
    }
    return database;
  }

  /** Reads documents by path, in the order asked for. */
  async getDocuments(
    caller: Caller,
    database: Database,
    paths: readonly string[],
    transaction?: Transaction,
  ): Promise<(StoredDocument | undefined)[]> {
    const documents = await database.read(paths, transaction);
    this.usage.read(paths.length);
    const sharedReads = new Set<string>();
    for (const [index, path] of paths.entries()) {
      await this.access.checkGet(caller, database, path, documents[index], sharedReads);
    }
    return documents;
  }

  /** Runs a query; the documents have the fields that it selects. */
  async runQuery(
    caller: Caller,
    database: Database,
    query: Query,
    transaction?: Transaction,
  ): Promise<{ documents: StoredDocument[]; skipped: number }> {
    this.queries.record(query);
    await this.access.checkList(caller, database, query);
    const { documents, skipped } = await database.query(query, transaction);
    this.usage.read(documents.length + skipped);
    return { documents: documents.map((document) => project(document, query.select)), skipped };
  }

  /** Commits writes, all or none. */
  async commit(
    caller: Caller,
    database: Database,
    writes: readonly Write[],
    transactionId?: string,
  ): Promise<CommitResult> {
    await this.hold('before', caller, database, writes, transactionId);
    const transaction =
      transactionId === undefined ? undefined : database.transactions.use(transactionId);
    const result = await database.commit(writes, {
      ...this.commitOptions(caller, database),
      ...(transaction && { transaction }),
    });
    this.writes.count(writes);
    await this.hold('after', caller, database, writes);
    return result;
  }

  /** Commits each write for itself, in order; the answer has a result or a refusal for each. For administrators only. */
  async batchWrite(
    caller: Caller,
    database: Database,
    writes: readonly Write[],
  ): Promise<(CommitResult | FirestoreError)[]> {
    requireAdmin(caller, 'Batch writes');
    if (writes.length > MAX_BATCH_WRITES) {
      throw new FirestoreError(
        Code.InvalidArgument,
        `maximum ${MAX_BATCH_WRITES} writes allowed per request`,
      );
    }
    const paths = new Set(writes.map((write) => write.path));
    if (paths.size < writes.length) {
      throw new FirestoreError(
        Code.InvalidArgument,
        'A document may be written only once in a batch write.',
      );
    }
    await this.hold('before', caller, database, writes);
    const outcomes: (CommitResult | FirestoreError)[] = [];
    for (const write of writes) {
      try {
        outcomes.push(await database.commit([write], this.commitOptions(caller, database)));
        this.writes.count([write]);
      } catch (error) {
        if (!(error instanceof FirestoreError)) throw error;
        outcomes.push(error);
      }
    }
    await this.hold('after', caller, database, writes);
    return outcomes;
  }

  /** The ids of the collections below a document or the root: for administrators only. */
  listCollectionIds(
    caller: Caller,
    database: Database,
    parent: string,
    transaction?: Transaction,
  ): string[] {
    requireAdmin(caller, 'Metadata operations');
    return database.documents(transaction).collectionIds(parent);
  }

  /** Removes every document of a database, its pending deliveries and what was counted. */
  clear(database: Database): void {
    this.triggers.dropPending(database.id);
    this.writes.reset();
    this.usage.reset();
    database.clear();
  }

  /** Rolls back what a client left open when its connection ended. */
  endOfConnection(connection: string): void {
    for (const database of this.databases.values()) {
      database.transactions.endOfConnection(connection);
    }
  }

  /** Ends every transaction, so that nothing waits any more. */
  close(): void {
    for (const database of this.databases.values()) database.transactions.endAll();
    this.faults.releaseAll();
  }

  private commitOptions(caller: Caller, database: Database): CommitOptions {
    return {
      author: caller.author,
      authorize: (plan) => this.access.checkWrites(caller, database, plan),
    };
  }

  private async hold(
    when: 'before' | 'after',
    caller: Caller,
    database: Database,
    writes: readonly Write[],
    transactionId?: string,
  ): Promise<void> {
    await this.faults.reach(when, writes, () => caller.isGone());
    if (when === 'after' || !caller.isGone()) return;
    if (transactionId !== undefined) database.transactions.end(transactionId);
    throw new FirestoreError(Code.Cancelled, 'The caller is gone.');
  }
}

/** Refuses in the official emulator's words. */
function requireAdmin(caller: Caller, operations: string): void {
  if (caller.isAdmin) return;
  throw new FirestoreError(Code.PermissionDenied, `${operations} require admin authentication.`);
}
