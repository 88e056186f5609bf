import { randomBytes } from 'node:crypto';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Caller } from '../access/caller.js';
import { parseName } from '../model/path.js';
import type { FirestoreService } from '../service.js';
import { callerOf, failCall } from './calls.js';
import type { WriteRequest, WriteResponse } from './messages.js';
import { fromWriteMessage, toCommitResponse } from './writes.js';

type Call = ServerDuplexStream<WriteRequest, WriteResponse>;

/**
 * The Write stream: a first message opens it, each further one is a commit, answered in order. A
 * commit that is refused ends the stream with its status, by which the client knows which one it was.
 */
export function writeStream(service: FirestoreService) {
  return (call: Call): void => {
    const caller = callerOf(call);
    const streamId = randomBytes(8).toString('hex');
    let database = '';
    let answers = 0;
    let failed = false;
    let last = Promise.resolve();
    const answer = async (request: WriteRequest): Promise<void> => {
      if (failed) return;
      answers += 1;
      const streamToken = Buffer.from(String(answers));
      if (answers > 1) {
        call.write({ streamToken, ...(await commit(service, caller, database, request)) });
        return;
      }
      database = request.database ?? '';
      call.write({ streamId, streamToken });
    };
    call.on('data', (request: WriteRequest) => {
      last = last
        .then(() => answer(request))
        .catch((error: unknown) => {
          failed = true;
          failCall(call, error);
        });
    });
    call.on('error', () => undefined);
    call.on('end', () => {
      void last.then(() => call.end());
    });
  };
}

async function commit(
  service: FirestoreService,
  caller: Caller,
  database: string,
  request: WriteRequest,
): Promise<WriteResponse> {
  const writes = (request.writes ?? []).map(fromWriteMessage);
  const result = await service.commit(caller, service.database(parseName(database)), writes);
  return toCommitResponse(result);
}
