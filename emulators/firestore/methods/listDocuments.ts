import type { Caller } from '../access/caller.js';
import type { Database } from '../database.js';
import type { Transaction } from '../locks/transactions.js';
import { fromMask, toDocumentMessage } from '../messages/documents.js';
import type { ListDocumentsRequest, ListDocumentsResponse } from '../messages/types.js';
import { formatName, joinPath, lastSegment } from '../model/path.js';
import { project } from '../query/evaluate.js';
import type { Query } from '../query/query.js';
import { completeOrder } from '../query/query.js';
import type { FirestoreService } from '../service.js';
import { page, parentOf } from './pages.js';
import { readIn } from './transactionIds.js';

/** Lists a collection by name; with `showMissing`, also what exists only as a parent of something. */
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
    const { pageSize, pageToken } = this.request;
    const limit = pageSize ?? 0;
    const token = pageToken ?? '';
    const after = { type: 'reference', value: this.nameOf(token) } as const;
    const found = await this.find(transaction, {
      ...(limit > 0 && { limit }),
      ...(token !== '' && { startAt: { values: [after], before: false } }),
    });
    const ids = [...found.keys()];
    const nextPageToken = limit > 0 && ids.length === limit ? (ids.at(-1) ?? '') : '';
    return { documents: [...found.values()], nextPageToken };
  }

  async withMissing(transaction: Transaction | undefined): Promise<ListDocumentsResponse> {
    const found = await this.find(transaction, {});
    const ids = this.database.documents(transaction).documentIds(this.collection);
    const { items, nextPageToken } = page(ids, this.request);
    const documents = items.map((id) => found.get(id) ?? { name: this.nameOf(id) });
    return { documents, nextPageToken };
  }

  private async find(
    transaction: Transaction | undefined,
    part: Pick<Query, 'limit' | 'startAt'>,
  ): Promise<Map<string, ReturnType<typeof toDocumentMessage>>> {
    const query: Query = {
      parent: this.parent,
      collectionId: this.request.collectionId ?? '',
      allDescendants: false,
      orderBy: completeOrder([], undefined),
      offset: 0,
      ...part,
    };
    const { database } = this;
    const result = await this.service.runQuery(this.caller, database, query, transaction);
    const mask = fromMask(this.request.mask);
    return new Map(
      result.documents.map((document) => [
        lastSegment(document.path),
        toDocumentMessage(database.id, project(document, mask)),
      ]),
    );
  }

  private nameOf(id: string): string {
    return formatName(this.database.id, joinPath(this.collection, id));
  }
}
