import type { Caller } from '../access/caller.js';
import type { Database } from '../database.js';
import type { Transaction } from '../transactions.js';
import { isSet } from './documents.js';
import type { TransactionOptions } from './messages.js';

type Bytes = Uint8Array | string | null | undefined;

/** How a read names its transaction: an open one, a new one to begin, or none. */
export interface TransactionSelector {
  readonly transaction?: Bytes;
  readonly newTransaction?: TransactionOptions | null;
}

/** The transaction's id as text, or undefined where there is none. */
export function fromTransactionId(bytes: Bytes): string | undefined {
  return isSet(bytes) && bytes.length > 0 ? Buffer.from(bytes).toString() : undefined;
}

export function toTransactionId(transaction: Transaction): Buffer {
  return Buffer.from(transaction.id);
}

/** Begins a transaction as its options say; read-write without any. */
export function begin(
  database: Database,
  caller: Caller,
  options: TransactionOptions | null | undefined,
): Transaction {
  const retryOf = fromTransactionId(options?.readWrite?.retryTransaction);
  return database.transactions.begin({
    readOnly: isSet(options?.readOnly),
    connection: caller.connection,
    ...(retryOf !== undefined && { retryOf }),
  });
}

/**
 * Runs a read in the transaction that it names. `begun` is the one that was begun for it, which the
 * answer must name; it ends at once where the read fails, for then the client does not learn of it.
 */
export async function readIn<T>(
  database: Database,
  caller: Caller,
  selector: TransactionSelector,
  read: (transaction: Transaction | undefined) => Promise<T>,
): Promise<{ result: T; begun: Transaction | undefined }> {
  if (!isSet(selector.newTransaction)) {
    const id = fromTransactionId(selector.transaction);
    const open = id === undefined ? undefined : database.transactions.use(id);
    return { result: await read(open), begun: undefined };
  }
  const begun = begin(database, caller, selector.newTransaction);
  try {
    return { result: await read(begun), begun };
  } catch (error) {
    database.transactions.end(begun.id);
    throw error;
  }
}
