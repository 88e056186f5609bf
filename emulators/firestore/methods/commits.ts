import { randomBytes } from 'node:crypto';
import type { Caller } from '../access/caller.js';
import type { CommitResult } from '../database.js';
import { fromFields, fromMask, toDocumentMessage } from '../messages/documents.js';
import type {
  BatchWriteRequest,
  BatchWriteResponse,
  BeginTransactionRequest,
  BeginTransactionResponse,
  CommitRequest,
  CommitResponse,
  CreateDocumentRequest,
  DeleteDocumentRequest,
  DocumentMessage,
  RollbackRequest,
  UpdateDocumentRequest,
} from '../messages/types.js';
import {
  fromPrecondition,
  fromWriteMessage,
  toCommitResponse,
  toWriteResult,
} from '../messages/writes.js';
import { documentPath, formatName, joinPath, parseName } from '../model/path.js';
import { FirestoreError } from '../model/status.js';
import type { FirestoreService } from '../service.js';
import type { Write } from '../write/write.js';
import { begin, fromTransactionId, toTransactionId } from './transactionIds.js';

/** The methods that write and those of transactions, as adapters from the wire to the service. */
export class Commits {
  constructor(private readonly service: FirestoreService) {}

  beginTransaction(
    request: BeginTransactionRequest,
    caller: Caller,
  ): Promise<BeginTransactionResponse> {
    const database = this.service.database(parseName(request.database ?? ''));
    const transaction = toTransactionId(begin(database, caller, request.options));
    return Promise.resolve({ transaction });
  }

  rollback(request: RollbackRequest): Promise<object> {
    const database = this.service.database(parseName(request.database ?? ''));
    const id = fromTransactionId(request.transaction);
    if (id !== undefined) database.transactions.end(id);
    return Promise.resolve({});
  }

  async commit(request: CommitRequest, caller: Caller): Promise<CommitResponse> {
    const database = this.service.database(parseName(request.database ?? ''));
    const writes = (request.writes ?? []).map(fromWriteMessage);
    const id = fromTransactionId(request.transaction);
    return toCommitResponse(await this.service.commit(caller, database, writes, id));
  }

  async batchWrite(request: BatchWriteRequest, caller: Caller): Promise<BatchWriteResponse> {
    const database = this.service.database(parseName(request.database ?? ''));
    const writes = (request.writes ?? []).map(fromWriteMessage);
    const outcomes = await this.service.batchWrite(caller, database, writes);
    return {
      writeResults: outcomes.map(resultOf),
      status: outcomes.map((outcome) =>
        outcome instanceof FirestoreError
          ? { code: outcome.code, message: outcome.message }
          : { code: 0 },
      ),
    };
  }

  async createDocument(request: CreateDocumentRequest, caller: Caller): Promise<DocumentMessage> {
    const parent = parseName(request.parent ?? '');
    const id = request.documentId || randomBytes(10).toString('hex');
    const name = formatName(
      parent,
      joinPath(joinPath(parent.path, request.collectionId ?? ''), id),
    );
    return this.writeOne(caller, name, {
      kind: 'set',
      path: documentPath(name),
      fields: fromFields(request.document?.fields),
      transforms: [],
      precondition: { exists: false },
    });
  }

  async updateDocument(request: UpdateDocumentRequest, caller: Caller): Promise<DocumentMessage> {
    const name = request.document?.name ?? '';
    const mask = fromMask(request.updateMask);
    return this.writeOne(caller, name, {
      kind: 'set',
      path: documentPath(name),
      fields: fromFields(request.document?.fields),
      ...(mask !== undefined && { mask }),
      transforms: [],
      precondition: fromPrecondition(request.currentDocument),
    });
  }

  async deleteDocument(request: DeleteDocumentRequest, caller: Caller): Promise<object> {
    const name = request.name ?? '';
    const database = this.service.database(parseName(name));
    const precondition = fromPrecondition(request.currentDocument);
    const write: Write = { kind: 'delete', path: documentPath(name), precondition };
    await this.service.commit(caller, database, [write]);
    return {};
  }

  private async writeOne(caller: Caller, name: string, write: Write): Promise<DocumentMessage> {
    const database = this.service.database(parseName(name));
    await this.service.commit(caller, database, [write]);
    const document = database.store.get(write.path);
    return document === undefined ? {} : toDocumentMessage(database.id, document);
  }
}

function resultOf(outcome: CommitResult | FirestoreError): ReturnType<typeof toWriteResult> {
  const result = outcome instanceof FirestoreError ? undefined : outcome.results[0];
  return result === undefined ? {} : toWriteResult(result);
}
