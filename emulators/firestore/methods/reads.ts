import type { Caller } from '../access/caller.js';
import type { Database } from '../database.js';
import type { Transaction } from '../locks/transactions.js';
import { fromMask, toDocumentMessage, toTimestamp, toValueMessage } from '../messages/documents.js';
import type { StructuredQuery } from '../messages/queries.js';
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
import { documentPath, parseName } from '../model/path.js';
import { Code, FirestoreError } from '../model/status.js';
import { aggregateAll } from '../query/aggregate.js';
import type { QueryResult } from '../query/evaluate.js';
import { project } from '../query/evaluate.js';
import { partitionPoints } from '../query/partition.js';
import type { FirestoreService } from '../service.js';
import { listDocuments } from './listDocuments.js';
import { page, parentOf } from './pages.js';
import type { TransactionSelector } from './transactionIds.js';
import { readIn, toTransactionId } from './transactionIds.js';

type Send<Response> = (response: Response) => void;

type QueryRequest = TransactionSelector & { readonly parent?: string | null };

interface QueryAnswer {
  readonly database: Database;
  readonly result: QueryResult;
  readonly begun: Transaction | undefined;
  readonly readTime: ReturnType<typeof toTimestamp>;
}

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
    return toDocumentMessage(database.id, project(document, fromMask(request.mask)));
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
      const found = document && toDocumentMessage(database.id, project(document, mask));
      send({ readTime, ...(found ? { found } : { missing: name }) });
    }
  }

  async runQuery(
    request: RunQueryRequest,
    caller: Caller,
    send: Send<RunQueryResponse>,
  ): Promise<void> {
    const { database, result, begun, readTime } = await this.query(
      request,
      request.structuredQuery,
      caller,
    );
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
    const message = request.structuredAggregationQuery ?? {};
    const aggregations = fromAggregations(message);
    const { result, begun, readTime } = await this.query(request, message.structuredQuery, caller);
    const values = [...aggregateAll(result.documents, aggregations)].map(
      ([alias, value]) => [alias, toValueMessage(value)] as const,
    );
    send({
      result: { aggregateFields: Object.fromEntries(values) },
      readTime,
      ...(begun && { transaction: toTransactionId(begun) }),
    });
  }

  /** The cursors that cut a query, which must be one in order of names, in parts. */
  async partitionQuery(
    request: PartitionQueryRequest,
    caller: Caller,
  ): Promise<PartitionQueryResponse> {
    const { database, result } = await this.query(request, request.structuredQuery, caller);
    const count = Number(request.partitionCount ?? 0);
    const points = partitionPoints(database.id, result.documents, count);
    const { items, nextPageToken } = page(points, request);
    const partitions = items.map((name) => ({ values: [{ referenceValue: name }], before: true }));
    return { partitions, nextPageToken };
  }

  listDocuments(request: ListDocumentsRequest, caller: Caller): Promise<ListDocumentsResponse> {
    return listDocuments(this.service, request, caller);
  }

  async listCollectionIds(
    request: ListCollectionIdsRequest,
    caller: Caller,
  ): Promise<ListCollectionIdsResponse> {
    const { database, path } = parentOf(this.service, request.parent);
    const { result } = await readIn(database, caller, request, (transaction) =>
      this.service.listCollectionIds(caller, database, path, transaction),
    );
    const { items, nextPageToken } = page(result, request);
    return { collectionIds: items, nextPageToken };
  }

  /** Runs a request's query in what the request names. */
  private async query(
    request: QueryRequest,
    message: StructuredQuery | null | undefined,
    caller: Caller,
  ): Promise<QueryAnswer> {
    const { database, path } = parentOf(this.service, request.parent);
    const query = fromStructuredQuery(path, message ?? {});
    const { result, begun, readTime } = await readIn(database, caller, request, (transaction) =>
      this.service.runQuery(caller, database, query, transaction),
    );
    return { database, result, begun, readTime: toTimestamp(readTime) };
  }
}
