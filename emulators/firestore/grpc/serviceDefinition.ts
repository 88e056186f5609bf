import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import type { MethodDescription } from '../messages/protos.js';
import { PACKAGE, encode, methodDescriptions } from '../messages/protos.js';

/**
 * The service as gRPC needs it, method by method. Requests stay bytes: what gRPC finds wrong as it reads them
 * would not be told with Firestore's status.
 */
export function serviceDefinition(): ServiceDefinition {
  return Object.fromEntries(
    methodDescriptions().map((method) => [method.name, methodDefinition(method)]),
  );
}

function methodDefinition({
  name,
  response,
  requestStream,
  responseStream,
}: MethodDescription): MethodDefinition<Buffer, object | Buffer> {
  return {
    path: `/${PACKAGE}.Firestore/${name}`,
    requestStream,
    responseStream,
    requestSerialize: (bytes) => bytes,
    requestDeserialize: (bytes) => bytes,
    responseSerialize: (message) => encode(response, message),
    responseDeserialize: (bytes) => bytes,
  };
}
