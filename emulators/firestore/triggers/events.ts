import { randomUUID } from 'node:crypto';
import type { Commit } from '../database.js';
import { toDocumentMessage, toJsonDocument } from '../messages/documents.js';
import { encodeDocumentEvent } from '../messages/protos.js';
import { formatInstant } from '../model/clock.js';
import type { Author } from '../model/author.js';
import { valuesEqual } from '../model/compare.js';
import type { DocumentChange } from '../model/document.js';
import { formatFieldPath } from '../model/fieldPath.js';
import type { DatabaseId } from '../model/path.js';
import { formatName } from '../model/path.js';
import type { EventMessage } from './delivery.js';
import type { Trigger } from './trigger.js';

export interface EventSource {
  /** Where the Functions emulator is, e.g. `http://127.0.0.1:5001`. */
  readonly origin: string;
  readonly commit: Commit;
}

/** The message that tells a trigger's function of a change. */
export function eventMessage(
  trigger: Trigger,
  database: DatabaseId,
  change: DocumentChange,
  source: EventSource,
): EventMessage {
  const id = randomUUID();
  const url = new URL(
    `/functions/projects/${trigger.projectId}/triggers/${trigger.key}`,
    source.origin,
  );
  return trigger.generation === 2
    ? { id, url, ...cloudEvent(id, trigger, database, change, source) }
    : { id, url, ...backgroundEvent(id, trigger, database, change, source) };
}

/**
 * A CloudEvent in binary mode. The Functions emulator wants its protobuf body in base64 and hands the
 * `ce-` headers to firebase-functions as the event's attributes.
 */
function cloudEvent(
  id: string,
  trigger: Trigger,
  database: DatabaseId,
  change: DocumentChange,
  { commit }: EventSource,
): Pick<EventMessage, 'headers' | 'body'> {
  const { projectId, databaseId } = database;
  const withAuth = trigger.eventType.endsWith('.withAuthContext');
  const attributes = {
    specversion: '1.0',
    id,
    type: trigger.eventType,
    source: `//firestore.googleapis.com/projects/${projectId}/databases/${databaseId}`,
    subject: `documents/${change.path}`,
    time: formatInstant(commit.version),
    dataschema:
      'https://github.com/googleapis/google-cloudevents/blob/main/proto/google/events/cloud/firestore/v1/data.proto',
    project: projectId,
    database: databaseId,
    namespace: '(default)',
    document: change.path,
    location: 'us-central1',
    ...(withAuth && authContext(projectId, commit.author)),
  };
  const headers = Object.entries(attributes).map(([name, value]): [string, string] => [
    `ce-${name}`,
    // HTTP headers are ASCII: the CloudEvents binding encodes what is not.
    value.replace(/[^\x20-\x7e]+/g, encodeURIComponent),
  ]);
  const body = encodeDocumentEvent({
    ...(change.after && { value: toDocumentMessage(database, change.after) }),
    ...(change.before && { oldValue: toDocumentMessage(database, change.before) }),
    ...(isUpdate(change) && { updateMask: { fieldPaths: changedFields(change) } }),
  });
  return {
    headers: { ...Object.fromEntries(headers), 'content-type': 'application/protobuf' },
    body: body.toString('base64'),
  };
}

/**
 * Who wrote, as Firestore's own events say: a user's write comes as `api_key` with the user's id, a server's as
 * `unknown` with the email of its service account, whatever the names of these types promise.
 */
function authContext(
  projectId: string,
  author: Author | undefined,
): { authtype: string; authid?: string } {
  if (author?.kind === 'user') return { authtype: 'api_key', authid: author.userId };
  if (author?.kind === 'anonymous') return { authtype: 'unauthenticated' };
  return { authtype: 'unknown', authid: `${projectId}@appspot.gserviceaccount.com` };
}

function backgroundEvent(
  id: string,
  trigger: Trigger,
  database: DatabaseId,
  change: DocumentChange,
  { commit }: EventSource,
): Pick<EventMessage, 'headers' | 'body'> {
  const event = {
    context: {
      eventId: id,
      timestamp: formatInstant(commit.version),
      eventType: trigger.eventType,
      resource: {
        service: 'firestore.googleapis.com',
        name: formatName(database, change.path),
      },
      params: trigger.document.match(change.path) ?? {},
    },
    data: {
      value: change.after ? toJsonDocument(database, change.after) : {},
      oldValue: change.before ? toJsonDocument(database, change.before) : {},
      updateMask: isUpdate(change) ? { fieldPaths: changedFields(change) } : {},
    },
  };
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) };
}

function isUpdate({ before, after }: DocumentChange): boolean {
  return before !== undefined && after !== undefined;
}

function changedFields({ before, after }: DocumentChange): string[] {
  const names = new Set([...(before?.fields.keys() ?? []), ...(after?.fields.keys() ?? [])]);
  const changed = [...names].filter((name) => {
    const old = before?.fields.get(name);
    const value = after?.fields.get(name);
    return old === undefined || value === undefined || !valuesEqual(old, value);
  });
  return changed.map((name) => formatFieldPath([name]));
}
