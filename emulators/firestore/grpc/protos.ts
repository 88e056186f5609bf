import { createRequire } from 'node:module';
import type { google } from '@google-cloud/firestore/build/protos/firestore_v1_proto_api.js';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import protobuf from 'protobufjs/light.js';

/** The payload of a trigger's event, `google.events.cloud.firestore.v1.DocumentEventData`. */
export interface DocumentEventMessage {
  readonly value?: google.firestore.v1.IDocument;
  readonly oldValue?: google.firestore.v1.IDocument;
  readonly updateMask?: google.firestore.v1.IDocumentMask;
}

const PACKAGE = 'google.firestore.v1';

/** What @google-cloud/firestore publishes, as JSON of protobufjs. */
const description = createRequire(import.meta.url)(
  '@google-cloud/firestore/build/protos/v1.json',
) as protobuf.INamespace;

const root = protobuf.Root.fromJSON(description);
addVerify();
const eventType = addDocumentEvent();

/** The service as gRPC needs it, method by method. */
export const serviceDefinition: ServiceDefinition = Object.fromEntries(
  root
    .lookupService(`${PACKAGE}.Firestore`)
    .methodsArray.map((method) => [method.name, methodDefinition(method)]),
);

/** Encodes the payload of a trigger's event. */
export function encodeDocumentEvent(message: DocumentEventMessage): Buffer {
  return encode(eventType, message);
}

/** The web SDK's transactions verify documents by a field that the published protos lack. */
function addVerify(): void {
  const write = root.lookupType(`${PACKAGE}.Write`);
  const verify = new protobuf.Field('verify', 5, 'string');
  write.add(verify);
  write.oneofs['operation']?.add(verify);
}

/** google/events/cloud/firestore/v1/data.proto: its Document has the numbers of the service's own. */
function addDocumentEvent(): protobuf.Type {
  const type = new protobuf.Type('DocumentEventData')
    .add(new protobuf.Field('value', 1, `${PACKAGE}.Document`))
    .add(new protobuf.Field('oldValue', 2, `${PACKAGE}.Document`))
    .add(new protobuf.Field('updateMask', 3, `${PACKAGE}.DocumentMask`));
  root.define('google.events.cloud.firestore.v1').add(type);
  return type;
}

function methodDefinition(method: protobuf.Method): MethodDefinition<object, object> {
  const request = root.lookupType(`${PACKAGE}.${method.requestType}`);
  const response = method.responseType.startsWith('google.')
    ? root.lookupType(method.responseType)
    : root.lookupType(`${PACKAGE}.${method.responseType}`);
  return {
    path: `/${PACKAGE}.Firestore/${method.name}`,
    requestStream: method.requestStream ?? false,
    responseStream: method.responseStream ?? false,
    requestSerialize: (message) => encode(request, message),
    requestDeserialize: (bytes) => decode(request, bytes),
    responseSerialize: (message) => encode(response, message),
    responseDeserialize: (bytes) => decode(response, bytes),
  };
}

function encode(type: protobuf.Type, message: object): Buffer {
  return Buffer.from(type.encode(type.fromObject(message)).finish());
}

function decode(type: protobuf.Type, bytes: Buffer): object {
  return type.toObject(type.decode(bytes), { longs: String, enums: String });
}
