import type { Caller } from '../access/caller.js';
import type { FirestoreService } from '../service.js';
import { Commits } from './commits.js';
import { listen } from './listen.js';
import { Reads } from './reads.js';
import type { OpenStream } from './streams.js';
import { writeStream } from './writeStream.js';

export type UnaryMethod = (request: object, caller: Caller) => Promise<object>;

export type ServerStreamMethod = (
  request: object,
  caller: Caller,
  send: (response: object) => void,
) => Promise<void>;

/** google.firestore.v1.Firestore by the names of its methods, over messages as plain objects. */
export interface FirestoreMethods {
  readonly unary: Readonly<Record<string, UnaryMethod>>;
  readonly serverStream: Readonly<Record<string, ServerStreamMethod>>;
  readonly duplex: Readonly<Record<string, OpenStream<object, object>>>;
}

/** The methods over a service; those that are not here are not implemented. */
export function firestoreMethods(service: FirestoreService): FirestoreMethods {
  const reads = new Reads(service);
  const commits = new Commits(service);
  return {
    unary: {
      GetDocument: reads.getDocument.bind(reads),
      ListDocuments: reads.listDocuments.bind(reads),
      PartitionQuery: reads.partitionQuery.bind(reads),
      ListCollectionIds: reads.listCollectionIds.bind(reads),
      CreateDocument: commits.createDocument.bind(commits),
      UpdateDocument: commits.updateDocument.bind(commits),
      DeleteDocument: commits.deleteDocument.bind(commits),
      BeginTransaction: commits.beginTransaction.bind(commits),
      Commit: commits.commit.bind(commits),
      Rollback: commits.rollback.bind(commits),
      BatchWrite: commits.batchWrite.bind(commits),
    },
    serverStream: {
      BatchGetDocuments: reads.batchGetDocuments.bind(reads),
      RunQuery: reads.runQuery.bind(reads),
      RunAggregationQuery: reads.runAggregationQuery.bind(reads),
    },
    duplex: { Write: writeStream(service), Listen: listen(service) },
  };
}
