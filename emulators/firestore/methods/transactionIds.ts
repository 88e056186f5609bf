import type { google } from '@google-cloud/firestore/build/protos/firestore_v1_proto_api.js';
import type { Caller } from '../access/caller.js';
import type { Database } from '../database.js';
import type { Transaction } from '../locks/transactions.js';
import { fromTimestamp, isSet } from '../messages/documents.js';
import type { TransactionOptions } from '../messages/types.js';
import type { Instant } from '../model/clock.js';

type Bytes = Uint8Array | string | null | undefined;

/** What a read sees: an open transaction, a new one to begin, a past time, or the present. */
export interface TransactionSelector {
  readonly transaction?: Bytes;
  readonly newTransaction?: TransactionOptions | null;
  readonly readTime?: google.protobuf.ITimestamp | null;
}

/** A read's result. `begun` is the transaction that was begun for it, which the answer must name. */
export interface ReadIn<T> {
  readonly result: T;
  readonly readTime: Instant;
  readonly begun: Transaction | undefined;
}

/** The transaction's id as text, or undefined where there is none. */
export function fromTransactionId(bytes: Bytes): string | undefined {
  return isSet(bytes) && bytes.length > 0 ? Buffer.from(bytes).toString() : undefined;
}

export function toTransactionId(transaction: Transaction): Buffer {
  return Buffer.from(transaction.id);
}

/** Begins a transaction as its options say; read-write without any. A read-only one sees one time. */
export function begin(
  database: Database,
  caller: Caller,
  options: TransactionOptions | null | undefined,
): Transaction {
  const retryOf = fromTransactionId(options?.readWrite?.retryTransaction);
  const readOnly = options?.readOnly;
  const at = readOnly?.readTime;
  return database.transactions.begin({
    readOnly: isSet(readOnly),
    connection: caller.connection,
    ...(isSet(readOnly) && { readTime: isSet(at) ? fromTimestamp(at) : database.clock.readTime() }),
    ...(retryOf !== undefined && { retryOf }),
  });
}

/**
 * Runs a read in what it names. A transaction that was begun for it ends at once where the read
 * fails, for then the client does not learn of it.
 */
export async function readIn<T>(
  database: Database,
  caller: Caller,
  selector: TransactionSelector,
  read: (transaction: Transaction | undefined) => Promise<T> | T,
): Promise<ReadIn<T>> {
  const isOnlyForThis = isSet(selector.readTime);
  const begins = isSet(selector.newTransaction) || isOnlyForThis;
  const transaction = begins
    ? begin(database, caller, optionsOf(selector))
    : open(database, selector);
  try {
    const result = await read(transaction);
    const readTime = transaction?.readTime ?? database.clock.readTime();
    return { result, readTime, begun: begins && !isOnlyForThis ? transaction : undefined };
  } catch (error) {
    if (begins && transaction !== undefined) database.transactions.end(transaction.id);
    throw error;
  } finally {
    if (isOnlyForThis && transaction !== undefined) database.transactions.end(transaction.id);
  }
}

function optionsOf({ newTransaction, readTime }: TransactionSelector): TransactionOptions {
  return newTransaction ?? { readOnly: { readTime: readTime ?? null } };
}

function open(database: Database, selector: TransactionSelector): Transaction | undefined {
  const id = fromTransactionId(selector.transaction);
  return id === undefined ? undefined : database.transactions.use(id);
}
