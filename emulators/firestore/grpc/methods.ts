import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { FirestoreService } from '../service.js';
import { duplex, serverStream, unary } from './calls.js';
import { Commits } from './commits.js';
import { listen } from './listen.js';
import { Reads } from './reads.js';
import { writeStream } from './writeStream.js';

/** google.firestore.v1.Firestore over a service; what is not here answers UNIMPLEMENTED. */
export function firestoreMethods(service: FirestoreService): UntypedServiceImplementation {
  const reads = new Reads(service);
  const commits = new Commits(service);
  return {
    GetDocument: unary(reads.getDocument.bind(reads)),
    ListDocuments: unary(reads.listDocuments.bind(reads)),
    BatchGetDocuments: serverStream(reads.batchGetDocuments.bind(reads)),
    RunQuery: serverStream(reads.runQuery.bind(reads)),
    RunAggregationQuery: serverStream(reads.runAggregationQuery.bind(reads)),
    PartitionQuery: unary(reads.partitionQuery.bind(reads)),
    ListCollectionIds: unary(reads.listCollectionIds.bind(reads)),
    CreateDocument: unary(commits.createDocument.bind(commits)),
    UpdateDocument: unary(commits.updateDocument.bind(commits)),
    DeleteDocument: unary(commits.deleteDocument.bind(commits)),
    BeginTransaction: unary(commits.beginTransaction.bind(commits)),
    Commit: unary(commits.commit.bind(commits)),
    Rollback: unary(commits.rollback.bind(commits)),
    BatchWrite: unary(commits.batchWrite.bind(commits)),
    Write: duplex(writeStream(service)),
    Listen: duplex(listen(service)),
  };
}
