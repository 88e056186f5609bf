import type { Instant } from '../model/clock.js';
import { Code, FirestoreError } from '../model/status.js';
import type { LockOwner, LockTable } from './lockTable.js';

export interface BeginOptions {
  readonly readOnly: boolean;
  /** The time that it reads at; of read-only ones. */
  readonly readTime?: Instant;
  /** The id of the transaction that this one tries again. */
  readonly retryOf?: string;
  /** The client's connection: its end rolls the transaction back. */
  readonly connection: string;
}

/** An open transaction. */
export interface Transaction extends LockOwner {
  readonly id: string;
  readonly readOnly: boolean;
  /** The time that it reads at; absent for the present, as in read-write ones. */
  readonly readTime?: Instant;
  readonly connection: string;
}

export interface TransactionTimes {
  readonly transactionIdleMs: number;
  readonly transactionMs: number;
}

interface OpenTransaction {
  readonly transaction: Transaction;
  /** When it ends in any case, in milliseconds since 1970. */
  readonly deadline: number;
  timer: NodeJS.Timeout;
}

/**
 * The open transactions of a database. One that is not used for a time expires (60 s in Firestore), and one
 * that lasts too long (270 s); one whose client has gone is rolled back at once, which real Firestore cannot see.
 */
export class Transactions {
  private readonly open = new Map<string, OpenTransaction>();
  private count = 0;

  constructor(
    private readonly locks: LockTable,
    private readonly times: TransactionTimes,
  ) {}

  begin(options: BeginOptions): Transaction {
    this.count += 1;
    const age = ageOf(options.retryOf) ?? this.count;
    const id = `${age}/${this.count}`;
    const transaction: Transaction = {
      id,
      age,
      isRetry: options.retryOf !== undefined,
      readOnly: options.readOnly,
      connection: options.connection,
      ...(options.readTime !== undefined && { readTime: options.readTime }),
      onAborted: () => {
        this.forget(id);
      },
    };
    const deadline = Date.now() + this.times.transactionMs;
    this.open.set(id, { transaction, deadline, timer: this.expire(id, deadline) });
    return transaction;
  }

  /** The transaction of an id, which is then not idle; INVALID_ARGUMENT where it is not open. */
  use(id: string): Transaction {
    const entry = this.open.get(id);
    if (entry === undefined) {
      throw new FirestoreError(
        Code.InvalidArgument,
        'The referenced transaction has expired or is no longer valid.',
      );
    }
    clearTimeout(entry.timer);
    entry.timer = this.expire(id, entry.deadline);
    return entry.transaction;
  }

  /** Ends a transaction, committed or not, and releases its locks. Ending twice does nothing. */
  end(id: string): void {
    const transaction = this.open.get(id)?.transaction;
    if (transaction === undefined) return;
    this.forget(id);
    this.locks.release(transaction);
  }

  /** Rolls back what a connection left open. */
  endOfConnection(connection: string): void {
    for (const { transaction } of [...this.open.values()]) {
      if (transaction.connection === connection) this.end(transaction.id);
    }
  }

  endAll(): void {
    for (const id of [...this.open.keys()]) this.end(id);
  }

  /** An owner of locks for a commit outside of a transaction: younger than any that is open. */
  singleCommit(): LockOwner {
    this.count += 1;
    return { age: this.count, isRetry: false, onAborted: () => undefined };
  }

  /** Ends a transaction when it is not used from now on, or at its deadline. */
  private expire(id: string, deadline: number): NodeJS.Timeout {
    const delay = Math.min(this.times.transactionIdleMs, deadline - Date.now());
    return setTimeout(() => {
      this.end(id);
    }, delay).unref();
  }

  private forget(id: string): void {
    clearTimeout(this.open.get(id)?.timer);
    this.open.delete(id);
  }
}

function ageOf(id: string | undefined): number | undefined {
  const age = Number(id?.split('/')[0]);
  return Number.isSafeInteger(age) ? age : undefined;
}
