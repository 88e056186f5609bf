/** The messages of google.firestore.v1 that the methods use, as plain objects. */
import type { google } from '@google-cloud/firestore/build/protos/firestore_v1_proto_api.js';
import type { WriteMessage } from './writes.js';

export type DocumentMessage = google.firestore.v1.IDocument;
export type GetDocumentRequest = google.firestore.v1.IGetDocumentRequest;
export type ListDocumentsRequest = google.firestore.v1.IListDocumentsRequest;
export type ListDocumentsResponse = google.firestore.v1.IListDocumentsResponse;
export type CreateDocumentRequest = google.firestore.v1.ICreateDocumentRequest;
export type UpdateDocumentRequest = google.firestore.v1.IUpdateDocumentRequest;
export type DeleteDocumentRequest = google.firestore.v1.IDeleteDocumentRequest;
export type BatchGetDocumentsRequest = google.firestore.v1.IBatchGetDocumentsRequest;
export type BatchGetDocumentsResponse = google.firestore.v1.IBatchGetDocumentsResponse;
export type BeginTransactionRequest = google.firestore.v1.IBeginTransactionRequest;
export type BeginTransactionResponse = google.firestore.v1.IBeginTransactionResponse;
export type CommitRequest = google.firestore.v1.ICommitRequest & {
  readonly writes?: readonly WriteMessage[];
};
export type CommitResponse = google.firestore.v1.ICommitResponse;
export type RollbackRequest = google.firestore.v1.IRollbackRequest;
export type BatchWriteRequest = google.firestore.v1.IBatchWriteRequest;
export type BatchWriteResponse = google.firestore.v1.IBatchWriteResponse;
export type RunQueryRequest = google.firestore.v1.IRunQueryRequest;
export type RunQueryResponse = google.firestore.v1.IRunQueryResponse;
export type RunAggregationQueryRequest = google.firestore.v1.IRunAggregationQueryRequest;
export type RunAggregationQueryResponse = google.firestore.v1.IRunAggregationQueryResponse;
export type PartitionQueryRequest = google.firestore.v1.IPartitionQueryRequest;
export type PartitionQueryResponse = google.firestore.v1.IPartitionQueryResponse;
export type ListCollectionIdsRequest = google.firestore.v1.IListCollectionIdsRequest;
export type ListCollectionIdsResponse = google.firestore.v1.IListCollectionIdsResponse;
export type TransactionOptions = google.firestore.v1.ITransactionOptions;
export type WriteRequest = google.firestore.v1.IWriteRequest & {
  readonly writes?: readonly WriteMessage[];
};
export type WriteResponse = google.firestore.v1.IWriteResponse;
export type ListenRequest = google.firestore.v1.IListenRequest;
export type ListenResponse = google.firestore.v1.IListenResponse;
export type TargetMessage = google.firestore.v1.ITarget;
