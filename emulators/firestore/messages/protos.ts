import type { google } from '@google-cloud/firestore/build/protos/firestore_v1_proto_api.js';
import description from '@google-cloud/firestore/build/protos/v1.json' with { type: 'json' };
import protobuf from 'protobufjs/light.js';
import { lazy } from '../lazy.js';

/** The payload of a trigger's event, `google.events.cloud.firestore.v1.DocumentEventData`. */
export interface DocumentEventMessage {
  readonly value?: google.firestore.v1.IDocument;
  readonly oldValue?: google.firestore.v1.IDocument;
  readonly updateMask?: google.firestore.v1.IDocumentMask;
}

/** The package of the service and its messages. */
export const PACKAGE = 'google.firestore.v1';

const EVENTS_PACKAGE = 'google.events.cloud.firestore.v1';

/** From what @google-cloud/firestore publishes, as JSON of protobufjs; reading it takes a while. */
const root = lazy(() => {
  const published = protobuf.Root.fromJSON(description);
  addVerify(published);
  addDocumentEvent(published);
  return published;
});
const eventType = lazy(() => root().lookupType(`${EVENTS_PACKAGE}.DocumentEventData`));

export const documentType = lazy(() => lookupMessage('Document'));
export const cursorType = lazy(() => lookupMessage('Cursor'));

/** Where a method is found over HTTP, as `google.api.http` annotates it. */
export interface HttpBinding {
  readonly verb: string;
  /** A path with variables, such as `/v1/{parent=…}/{collection_id}`. */
  readonly template: string;
  /** The request's field that the body is, or `*` for the request itself. */
  readonly body: string | undefined;
}

/** A method of the service, with the types of its messages. */
export interface MethodDescription {
  readonly name: string;
  readonly request: protobuf.Type;
  readonly response: protobuf.Type;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly http: readonly HttpBinding[];
}

/** All methods of the service. */
export const methodDescriptions = lazy((): readonly MethodDescription[] =>
  root()
    .lookupService(`${PACKAGE}.Firestore`)
    .methodsArray.map((method) => ({
      name: method.name,
      request: lookupMessage(method.requestType),
      response: lookupMessage(method.responseType),
      requestStream: method.requestStream ?? false,
      responseStream: method.responseStream ?? false,
      http: httpBindings(method.options ?? {}),
    })),
);

/** Encodes the payload of a trigger's event. */
export function encodeDocumentEvent(message: DocumentEventMessage): Buffer {
  return encode(eventType(), message);
}

/** The web SDK's transactions verify documents by a field that the published protos lack. */
function addVerify(root: protobuf.Root): void {
  const write = root.lookupType(`${PACKAGE}.Write`);
  const verify = new protobuf.Field('verify', 5, 'string');
  write.add(verify);
  write.oneofs['operation']?.add(verify);
}

/** google/events/cloud/firestore/v1/data.proto: its Document has the numbers of the service's own. */
function addDocumentEvent(root: protobuf.Root): void {
  const type = new protobuf.Type('DocumentEventData')
    .add(new protobuf.Field('value', 1, `${PACKAGE}.Document`))
    .add(new protobuf.Field('oldValue', 2, `${PACKAGE}.Document`))
    .add(new protobuf.Field('updateMask', 3, `${PACKAGE}.DocumentMask`));
  root.define(EVENTS_PACKAGE).add(type);
}

function lookupMessage(name: string): protobuf.Type {
  return root().lookupType(name.startsWith('google.') ? name : `${PACKAGE}.${name}`);
}

function httpBindings(options: Readonly<Record<string, unknown>>): HttpBinding[] {
  const bindings: HttpBinding[] = [];
  for (const rule of ['(google.api.http)', '(google.api.http).additional_bindings']) {
    const body = options[`${rule}.body`];
    for (const verb of ['get', 'post', 'patch', 'delete']) {
      const template = options[`${rule}.${verb}`];
      if (typeof template !== 'string') continue;
      const bodyField = typeof body === 'string' ? body : undefined;
      bindings.push({ verb: verb.toUpperCase(), template, body: bodyField });
    }
  }
  return bindings;
}

/** A message as the methods take it: a plain object with 64-bit numbers and enums as text. */
export function toPlain(type: protobuf.Type, message: protobuf.Message): object {
  return type.toObject(message, { longs: String, enums: String });
}

/** A message, plain as the methods give it, in bytes. */
export function encode(type: protobuf.Type, message: object): Buffer {
  return Buffer.from(type.encode(type.fromObject(message)).finish());
}
