import type { Caller } from '../access/caller.js';
import type { Database } from '../database.js';
import { fromTimestamp, isSet, toDocumentMessage, toTimestamp } from '../messages/documents.js';
import { fromStructuredQuery } from '../messages/queries.js';
import type { ListenRequest, ListenResponse, TargetMessage } from '../messages/types.js';
import type { Instant } from '../model/clock.js';
import type { DatabaseId } from '../model/path.js';
import { documentPath, formatName, parseName, parseParent } from '../model/path.js';
import { toFirestoreError } from '../model/status.js';
import type { FirestoreService } from '../service.js';
import type { Target, WatchEvent } from '../watch/events.js';
import { WatchStream } from '../watch/watchStream.js';
import type { OpenStream } from './streams.js';

/** The Listen stream: targets come and go, and events follow for all of them. */
export function listen(service: FirestoreService): OpenStream<ListenRequest, ListenResponse> {
  return (caller, send) => {
    let session: { database: Database; stream: WatchStream } | undefined;
    return {
      take: async (request) => {
        if (session === undefined) {
          const database = service.database(parseName(request.database ?? ''));
          const stream = new WatchStream(database, (event) => {
            send(toListenResponse(database.id, event));
          });
          session = { database, stream };
        }
        const { database, stream } = session;
        if (isSet(request.addTarget)) {
          await addTarget(service, caller, database, stream, request.addTarget);
        } else if (isSet(request.removeTarget)) {
          stream.remove(request.removeTarget);
        }
      },
      close: () => {
        session?.stream.close();
      },
    };
  };
}

/** Starts a target, unless it is refused: then it ends at once, and the stream goes on. */
async function addTarget(
  service: FirestoreService,
  caller: Caller,
  database: Database,
  stream: WatchStream,
  message: TargetMessage,
): Promise<void> {
  const targetId = message.targetId ?? 0;
  let target: Target;
  try {
    target = fromTarget(targetId, message);
    if ('query' in target.kind) {
      service.queries.record(target.kind.query);
      await service.access.checkList(caller, database, target.kind.query);
    } else {
      for (const path of target.kind.paths) {
        await service.access.checkGet(caller, database, path, database.store.get(path));
      }
    }
  } catch (error) {
    stream.remove(targetId, toFirestoreError(error));
    return;
  }
  if (!caller.isGone()) stream.add(target);
}

function fromTarget(id: number, message: TargetMessage): Target {
  const { query, documents, readTime, resumeToken } = message;
  const kind = isSet(query)
    ? {
        query: fromStructuredQuery(
          parseParent(query.parent ?? '').path,
          query.structuredQuery ?? {},
        ),
      }
    : { paths: (documents?.documents ?? []).map(documentPath) };
  const resumeFrom = fromResumeToken(resumeToken);
  return {
    id,
    kind,
    ...(resumeFrom !== undefined && { resumeFrom }),
    ...(isSet(readTime) && { resumeFrom: fromTimestamp(readTime) }),
  };
}

function toListenResponse(database: DatabaseId, event: WatchEvent): ListenResponse {
  switch (event.type) {
    case 'added':
      return { targetChange: { targetChangeType: 'ADD', targetIds: [event.targetId] } };
    case 'reset':
      return { targetChange: { targetChangeType: 'RESET', targetIds: [event.targetId] } };
    case 'removed': {
      const { cause, targetId } = event;
      const status = cause && { cause: { code: cause.code, message: cause.message } };
      return { targetChange: { targetChangeType: 'REMOVE', targetIds: [targetId], ...status } };
    }
    case 'current':
      return {
        targetChange: {
          targetChangeType: 'CURRENT',
          targetIds: [event.targetId],
          ...consistentAt(event.version),
        },
      };
    case 'snapshot':
      return { targetChange: { targetChangeType: 'NO_CHANGE', ...consistentAt(event.version) } };
    case 'changed': {
      const { targetIds, removedTargetIds } = event;
      const document = toDocumentMessage(database, event.document);
      return {
        documentChange: {
          document,
          targetIds: [...targetIds],
          removedTargetIds: [...removedTargetIds],
        },
      };
    }
    case 'deleted':
    case 'left': {
      const gone = {
        document: formatName(database, event.path),
        readTime: toTimestamp(event.version),
        removedTargetIds: [...event.removedTargetIds],
      };
      return event.type === 'deleted' ? { documentDelete: gone } : { documentRemove: gone };
    }
    case 'count':
      return { filter: { targetId: event.targetId, count: event.count } };
  }
}

function consistentAt(version: Instant): { readTime: object; resumeToken: Buffer } {
  return { readTime: toTimestamp(version), resumeToken: Buffer.from(version.toString()) };
}

/** A token is the version in decimal; one from elsewhere starts the target anew. */
function fromResumeToken(token: Uint8Array | string | null | undefined): Instant | undefined {
  const text = isSet(token) ? Buffer.from(token).toString() : '';
  return /^\d+$/.test(text) ? BigInt(text) : undefined;
}
