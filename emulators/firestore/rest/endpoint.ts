import type { RequestListener, ServerResponse } from 'node:http';
import type { Caller } from '../access/caller.js';
import { callerOf, isAbandoned, readBody, toErrorAnswer } from '../http/messages.js';
import type { FirestoreMethods } from '../methods/methods.js';
import { Code, FirestoreError, toFirestoreError } from '../model/status.js';
import { bindRequest } from './bind.js';
import { formatJson, toJson } from './protoJson.js';
import type { RouteMatch } from './routes.js';
import { findRoute } from './routes.js';

/**
 * Firestore's REST API (firebase.google.com/docs/firestore/reference/rest), with the paths and bodies
 * that the service's description annotates. A streamed answer is one JSON array.
 */
export function restEndpoint(methods: FirestoreMethods): RequestListener {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://firestore');
    let route: RouteMatch | undefined;
    const caller = callerOf(request.headers.authorization, () => isAbandoned(response));
    const answer = async (): Promise<unknown> => {
      route = findRoute(request.method ?? 'GET', pathname);
      if (route === undefined) throw new FirestoreError(Code.NotFound, `No method at ${pathname}.`);
      return call(
        methods,
        route,
        bindRequest(route, searchParams, await readBody(request)),
        caller,
      );
    };
    answer().then(
      (body) => {
        send(response, 200, body);
      },
      (error: unknown) => {
        const { status, body } = toErrorAnswer(toFirestoreError(error));
        send(response, status, route?.method.responseStream === true ? [body] : body);
      },
    );
  };
}

async function call(
  { unary, serverStream }: FirestoreMethods,
  { method: { name, response } }: RouteMatch,
  request: object,
  caller: Caller,
): Promise<unknown> {
  const simple = unary[name];
  if (simple !== undefined) return toJson(response, await simple(request, caller));
  const streamed = serverStream[name];
  if (streamed === undefined) {
    throw new FirestoreError(Code.Unimplemented, `${name} is not implemented.`);
  }
  const answers: unknown[] = [];
  await streamed(request, caller, (message) => {
    answers.push(toJson(response, message));
  });
  return answers;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' });
  response.end(formatJson(body));
}
