import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import type { MethodDescription } from '../messages/protos.js';
import { PACKAGE, encode, methodDescriptions, toPlain } from '../messages/protos.js';

/** The service as gRPC needs it, method by method. */
export const serviceDefinition: ServiceDefinition = Object.fromEntries(
  methodDescriptions.map((method) => [method.name, methodDefinition(method)]),
);

function methodDefinition({
  name,
  request,
  response,
  requestStream,
  responseStream,
}: MethodDescription): MethodDefinition<object, object> {
  return {
    path: `/${PACKAGE}.Firestore/${name}`,
    requestStream,
    responseStream,
    requestSerialize: (message) => encode(request, message),
    requestDeserialize: (bytes) => toPlain(request, request.decode(bytes)),
    responseSerialize: (message) => encode(response, message),
    responseDeserialize: (bytes) => toPlain(response, response.decode(bytes)),
  };
}
