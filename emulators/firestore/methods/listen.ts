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
import { Admissions } from './admissions.js';
import type { OpenStream } from './streams.js';

/** The Listen stream: targets come and go, and events follow for all of them. */
export function listen(service: FirestoreService): OpenStream<ListenRequest, ListenResponse> {
  return (caller, send) => {
    let session: ListenSession | undefined;
    return {
      take: async (request) => {
        session ??= new ListenSession(
          service,
          caller,
          service.database(parseName(request.database ?? '')),
          send,
        );
        if (isSet(request.addTarget)) await session.add(request.addTarget);
        else if (isSet(request.removeTarget)) session.remove(request.removeTarget);
      },
      close: () => {
        session?.close();
      },
    };
  };
}

/** What one Listen stream listens to, in one database. */
class ListenSession {
  private readonly admissions: Admissions;
  private readonly stream: WatchStream;
  private readonly stop: () => void;

  constructor(
    private readonly service: FirestoreService,
    private readonly caller: Caller,
    database: Database,
    send: (response: ListenResponse) => void,
  ) {
    this.admissions = new Admissions(service, caller, database, (targetId, cause) => {
      this.stream.remove(targetId, cause);
    });
    this.stream = new WatchStream(
      database,
      (event) => {
        send(toListenResponse(database.id, event));
      },
      (commit) => this.admissions.afterCommit(commit),
    );
    this.stop = service.access.onRules(() => void this.admissions.afterNewRules());
  }

  /** Starts a target, unless it is refused: then it ends at once, and the stream goes on. */
  async add(message: TargetMessage): Promise<void> {
    const targetId = message.targetId ?? 0;
    let target: Target;
    try {
      target = fromTarget(targetId, message);
      if ('query' in target.kind) this.service.queries.record(target.kind.query);
      await this.admissions.admit(target);
    } catch (error) {
      this.stream.remove(targetId, toFirestoreError(error));
      return;
    }
    await this.stream.settled();
    if (!this.caller.isGone() && this.admissions.has(target)) this.stream.add(target);
  }

  remove(targetId: number): void {
    this.admissions.forget(targetId);
    this.stream.remove(targetId);
  }

  close(): void {
    this.stop();
    this.admissions.forgetAll();
    this.stream.close();
  }
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
