import type { Caller } from '../access/caller.js';
import type { Database } from '../database.js';
import { fromMask, toDocumentMessage, toTimestamp, toValueMessage } from '../messages/documents.js';
import { fromAggregations, fromStructuredQuery } from '../messages/queries.js';
import type {
  BatchGetDocumentsRequest,
  BatchGetDocumentsResponse,
  DocumentMessage,
  GetDocumentRequest,
  ListCollectionIdsRequest,
  ListCollectionIdsResponse,
  ListDocumentsRequest,
  ListDocumentsResponse,
  PartitionQueryRequest,
  PartitionQueryResponse,
  RunAggregationQueryRequest,
  RunAggregationQueryResponse,
  RunQueryRequest,
  RunQueryResponse,
} from '../messages/types.js';
import type { StoredDocument } from '../model/document.js';
import type { FieldPath } from '../model/fieldPath.js';
import { selectFields } from '../model/fieldPath.js';
import {
  documentPath,
  formatName,
  joinPath,
  lastSegment,
  parseName,
  parseParent,
} from '../model/path.js';
import { Code, FirestoreError } from '../model/status.js';
import { aggregateAll } from '../query/aggregate.js';
import { partitionPoints } from '../query/partition.js';
import { completeOrder } from '../query/query.js';
import type { FirestoreService } from '../service.js';
import { readIn, toTransactionId } from './transactionIds.js';

type Send<Response> = (response: Response) => void;

/** The methods that read, as adapters from the wire to the service. */
export class Reads {
  constructor(private readonly service: FirestoreService) {}

  async getDocument(request: GetDocumentRequest, caller: Caller): Promise<DocumentMessage> {
    const name = request.name ?? '';
    const database = this.service.database(parseName(name));
    const paths = [documentPath(name)];
    const { result } = await readIn(database, caller, request, (transaction) =>
      this.service.getDocuments(caller, database, paths, transaction),
    );
    const [document] = result;
    if (document === undefined) {
      throw new FirestoreError(Code.NotFound, `Document "${name}" not found.`);
    }
    return toDocumentMessage(database.id, masked(document, fromMask(request.mask)));
  }

  async batchGetDocuments(
    request: BatchGetDocumentsRequest,
    caller: Caller,
    send: Send<BatchGetDocumentsResponse>,
  ): Promise<void> {
    const database = this.service.database(parseName(request.database ?? ''));
    const names = [...new Set(request.documents ?? [])];
    const paths = names.map(documentPath);
    const {
      result,
      begun,
      readTime: at,
    } = await readIn(database, caller, request, (transaction) =>
      this.service.getDocuments(caller, database, paths, transaction),
    );
    const mask = fromMask(request.mask);
    const readTime = toTimestamp(at);
    const transaction = begun && toTransactionId(begun);
    if (transaction !== undefined) send({ transaction, readTime });
    for (const [index, name] of names.entries()) {
      const document = result[index];
      const found = document && toDocumentMessage(database.id, masked(document, mask));
      send({ readTime, ...(found ? { found } : { missing: name }) });
    }
  }

  async runQuery(
    request: RunQueryRequest,
    caller: Caller,
    send: Send<RunQueryResponse>,
  ): Promise<void> {
    const { database, path } = this.parent(request.parent);
    const query = fromStructuredQuery(path, request.structuredQuery ?? {});
    const {
      result,
      begun,
      readTime: at,
    } = await readIn(database, caller, request, (transaction) =>
      this.service.runQuery(caller, database, query, transaction),
    );
    const readTime = toTimestamp(at);
    if (begun !== undefined) send({ transaction: toTransactionId(begun), readTime });
    for (const document of result.documents) {
      send({ document: toDocumentMessage(database.id, document), readTime });
    }
    if (result.documents.length === 0 || result.skipped > 0) {
      send({ readTime, skippedResults: result.skipped });
    }
  }

  async runAggregationQuery(
    request: RunAggregationQueryRequest,
    caller: Caller,
    send: Send<RunAggregationQueryResponse>,
  ): Promise<void> {
    const { database, path } = this.parent(request.parent);
    const message = request.structuredAggregationQuery ?? {};
    const query = fromStructuredQuery(path, message.structuredQuery ?? {});
    const aggregations = fromAggregations(message);
    const {
      result,
      begun,
      readTime: at,
    } = await readIn(database, caller, request, (transaction) =>
      this.service.runQuery(caller, database, query, transaction),
    );
    const values = [...aggregateAll(result.documents, aggregations)].map(
      ([alias, value]) => [alias, toValueMessage(value)] as const,
    );
    send({
      result: { aggregateFields: Object.fromEntries(values) },
      readTime: toTimestamp(at),
      ...(begun && { transaction: toTransactionId(begun) }),
    });
  }

  /** The cursors that cut a query, which must be one in order of names, in parts. */
  async partitionQuery(
    request: PartitionQueryRequest,
    caller: Caller,
  ): Promise<PartitionQueryResponse> {
    const { database, path } = this.parent(request.parent);
    const query = fromStructuredQuery(path, request.structuredQuery ?? {});
    const { result } = await readIn(database, caller, request, (transaction) =>
      this.service.runQuery(caller, database, query, transaction),
    );
    const count = Number(request.partitionCount ?? 0);
    const points = partitionPoints(database.id, result.documents, count);
    const { items, nextPageToken } = page(points, request);
    const partitions = items.map((name) => ({ values: [{ referenceValue: name }], before: true }));
    return { partitions, nextPageToken };
  }

  async listDocuments(
    request: ListDocumentsRequest,
    caller: Caller,
  ): Promise<ListDocumentsResponse> {
    const { database, path } = this.parent(request.parent);
    const collectionId = request.collectionId ?? '';
    const query = { parent: path, collectionId, allDescendants: false, offset: 0 };
    const ordered = { ...query, orderBy: completeOrder([], undefined) };
    const { result } = await readIn(database, caller, request, async (transaction) => ({
      ...(await this.service.runQuery(caller, database, ordered, transaction)),
      all: database.documents(transaction).documentIds(joinPath(path, collectionId)),
    }));
    const mask = fromMask(request.mask);
    const found = new Map(result.documents.map((document) => [document.path, document]));
    const collection = joinPath(path, collectionId);
    const ids =
      request.showMissing === true
        ? result.all
        : result.documents.map((document) => lastSegment(document.path));
    const { items, nextPageToken } = page(ids, request);
    const documents = items.map((id) => {
      const document = found.get(joinPath(collection, id));
      return document
        ? toDocumentMessage(database.id, masked(document, mask))
        : { name: formatName(database.id, joinPath(collection, id)) };
    });
    return { documents, nextPageToken };
  }

  async listCollectionIds(
    request: ListCollectionIdsRequest,
    caller: Caller,
  ): Promise<ListCollectionIdsResponse> {
    const { database, path } = this.parent(request.parent);
    const { result } = await readIn(database, caller, request, (transaction) =>
      this.service.listCollectionIds(caller, database, path, transaction),
    );
    const { items, nextPageToken } = page(result, request);
    return { collectionIds: items, nextPageToken };
  }

  private parent(name: string | null | undefined): { database: Database; path: string } {
    const parsed = parseParent(name ?? '');
    return { database: this.service.database(parsed), path: parsed.path };
  }
}

/** One page of ids; the token is the last id of the page before. */
function page(
  ids: readonly string[],
  request: { pageSize?: number | null; pageToken?: string | null },
): { items: string[]; nextPageToken: string } {
  const token = request.pageToken ?? '';
  const start = token === '' ? 0 : ids.indexOf(token) + 1;
  const size = request.pageSize ?? 0;
  const items = ids.slice(start, size > 0 ? start + size : undefined);
  const hasMore = start + items.length < ids.length;
  return { items, nextPageToken: hasMore ? (items.at(-1) ?? '') : '' };
}

function masked(document: StoredDocument, mask: FieldPath[] | undefined): StoredDocument {
  return mask === undefined
    ? document
    : { ...document, fields: selectFields(document.fields, mask) };
}
