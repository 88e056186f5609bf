import type { Socket } from 'node:net';
import type { FirestoreMethods } from '../methods/methods.js';
import { grpcMethods } from './calls.js';
import { serviceDefinition } from './serviceDefinition.js';

/** gRPC over connections that were accepted for it. */
export interface GrpcServer {
  serve(socket: Socket): void;
  /** Cuts every call. */
  close(): void;
}

/** The methods over gRPC, whose library is loaded with the first client that speaks it: it takes long. */
export async function grpcServer(methods: FirestoreMethods): Promise<GrpcServer> {
  const { Metadata, Server, ServerCredentials } = await import('@grpc/grpc-js');
  const server = new Server({
    // How much a request may be is for those to say who read it.
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
  });
  const newMetadata = (): InstanceType<typeof Metadata> => new Metadata();
  server.addService(serviceDefinition(), grpcMethods(methods, newMetadata));
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  return {
    serve: (socket) => {
      injector.injectConnection(socket);
    },
    close: () => {
      server.forceShutdown();
    },
  };
}
