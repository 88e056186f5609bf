import { randomBytes } from 'node:crypto';
import type { Caller } from '../access/caller.js';
import type { WriteRequest, WriteResponse } from '../messages/types.js';
import { fromWriteMessage, toCommitResponse } from '../messages/writes.js';
import { parseName } from '../model/path.js';
import type { FirestoreService } from '../service.js';
import type { OpenStream } from './streams.js';

/**
 * The Write stream: a first message opens it, each further one is a commit, answered in order. A
 * commit that is refused ends the stream with its status, by which the client knows which one it was.
 */
export function writeStream(service: FirestoreService): OpenStream<WriteRequest, WriteResponse> {
  return (caller, send) => {
    const streamId = randomBytes(8).toString('hex');
    let database = '';
    let answers = 0;
    return {
      take: async (request) => {
        answers += 1;
        const streamToken = Buffer.from(String(answers));
        if (answers > 1) {
          send({ streamToken, ...(await commit(service, caller, database, request)) });
          return;
        }
        database = request.database ?? '';
        send({ streamId, streamToken });
      },
      close: () => undefined,
    };
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
