import type { Caller } from '../access/caller.js';
import type { Database } from '../database.js';
import type { Transaction } from '../locks/transactions.js';
import { fromMask, toDocumentMessage, toValueMessage } from '../messages/documents.js';
import { cursorType, encode, toPlain } from '../messages/protos.js';
import { fromCursor } from '../messages/queries.js';
import type {
  DocumentMessage,
  ListDocumentsRequest,
  ListDocumentsResponse,
} from '../messages/types.js';
import type { StoredDocument } from '../model/document.js';
import { parseFieldPath } from '../model/fieldPath.js';
import { formatName, joinPath, lastSegment } from '../model/path.js';
import { Code, FirestoreError } from '../model/status.js';
import { checkQuery } from '../query/checkQuery.js';
import { project } from '../query/evaluate.js';
import { fieldOf } from '../query/filter.js';
import type { Cursor, Order, Query } from '../query/query.js';
import { completeOrder } from '../query/query.js';
import type { FirestoreService } from '../service.js';
import { page, parentOf } from './pages.js';
import { readIn } from './transactionIds.js';

/**
 * Lists a collection, in an order if it asks for one, else by name; with `showMissing`, also what exists
 * only as a parent of something.
 */
export async function listDocuments(
  service: FirestoreService,
  request: ListDocumentsRequest,
  caller: Caller,
): Promise<ListDocumentsResponse> {
  const { database, path } = parentOf(service, request.parent);
  const listing = new Listing(service, caller, database, path, request);
  const { result } = await readIn(database, caller, request, (transaction) =>
    request.showMissing === true ? listing.withMissing(transaction) : listing.existing(transaction),
  );
  return result;
}

class Listing {
  private readonly collection: string;

  constructor(
    private readonly service: FirestoreService,
    private readonly caller: Caller,
    private readonly database: Database,
    private readonly parent: string,
    private readonly request: ListDocumentsRequest,
  ) {
    this.collection = joinPath(parent, request.collectionId ?? '');
  }

  /** A page is a query with a limit, so that it takes as long however large the collection is. */
  async existing(transaction: Transaction | undefined): Promise<ListDocumentsResponse> {
    const limit = this.request.pageSize ?? 0;
    const token = this.request.pageToken ?? '';
    const query = {
      ...this.query(fromOrderBy(this.request.orderBy ?? '')),
      ...(limit > 0 && { limit }),
      ...(token !== '' && { startAt: fromPageToken(token) }),
    };
    checkQuery(query, query.orderBy);
    const found = await this.find(transaction, query);
    const last = found.length === limit ? found.at(-1) : undefined;
    return {
      documents: found.map((document) => this.message(document)),
      nextPageToken: last === undefined ? '' : toPageToken(this.after(last, query)),
    };
  }

  async withMissing(transaction: Transaction | undefined): Promise<ListDocumentsResponse> {
    if ((this.request.orderBy ?? '') !== '') {
      throw invalid('orderBy cannot be used with showMissing.');
    }
    const documents = await this.find(transaction, this.query([]));
    const found = new Map(documents.map((document) => [lastSegment(document.path), document]));
    const ids = this.database.documents(transaction).documentIds(this.collection);
    const { items, nextPageToken } = page(ids, this.request);
    const messages = items.map((id) => {
      const document = found.get(id);
      return document ? this.message(document) : { name: this.nameOf(id) };
    });
    return { documents: messages, nextPageToken };
  }

  private query(orders: readonly Order[]): Query {
    return {
      parent: this.parent,
      collectionId: this.request.collectionId ?? '',
      allDescendants: false,
      orderBy: completeOrder(orders, undefined),
      offset: 0,
    };
  }

  private async find(
    transaction: Transaction | undefined,
    query: Query,
  ): Promise<readonly StoredDocument[]> {
    const { service, caller, database } = this;
    return (await service.runQuery(caller, database, query, transaction)).documents;
  }

  private message(document: StoredDocument): DocumentMessage {
    return toDocumentMessage(this.database.id, project(document, fromMask(this.request.mask)));
  }

  private after(document: StoredDocument, { orderBy }: Query): Cursor {
    const values = orderBy.flatMap(({ field }) => fieldOf(this.database.id, document, field) ?? []);
    return { values, before: false };
  }

  private nameOf(id: string): string {
    return formatName(this.database.id, joinPath(this.collection, id));
  }
}

/** Reads an order such as `priority desc, __name__`. */
function fromOrderBy(text: string): Order[] {
  if (text === '') return [];
  return text.split(',').map((part) => {
    const [, field, direction] = /^\s*(\S+)(?:\s+(asc|desc))?\s*$/i.exec(part) ?? [];
    if (field === undefined) throw invalid(`Invalid order: ${part}`);
    return { field: parseFieldPath(field), descending: direction?.toLowerCase() === 'desc' };
  });
}

/** Where a page ended, as the token of the next. */
function toPageToken({ values, before }: Cursor): string {
  const message = { values: values.map(toValueMessage), before };
  return encode(cursorType(), message).toString('base64url');
}

function fromPageToken(token: string): Cursor {
  try {
    return fromCursor(toPlain(cursorType(), cursorType().decode(Buffer.from(token, 'base64url'))));
  } catch {
    throw invalid('Invalid page token.');
  }
}

function invalid(message: string): FirestoreError {
  return new FirestoreError(Code.InvalidArgument, message);
}
