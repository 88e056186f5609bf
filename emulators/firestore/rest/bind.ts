import protobuf from 'protobufjs/light.js';
import type { MethodDescription } from '../messages/protos.js';
import { Code, FirestoreError } from '../model/status.js';
import { fromJson, parseJson } from './protoJson.js';
import type { RouteMatch } from './routes.js';

type Json = Record<string, unknown>;

/** Parameters that every Google API takes; none changes what a request means. */
const SYSTEM_PARAMETERS = new Set([
  'access_token',
  'alt',
  'callback',
  'fields',
  'key',
  'oauth_token',
  'prettyPrint',
  'quotaUser',
  'uploadType',
  'upload_protocol',
]);

/** Makes a method's request of a URL and a body, by the rules of google/api/http.proto. */
export function bindRequest(route: RouteMatch, query: URLSearchParams, body: string): object {
  const { method, binding, variables } = route;
  const json: Json = {};
  if (binding.body === '*') Object.assign(json, parseJson(body));
  else if (binding.body !== undefined) json[binding.body] = parseJson(body);
  for (const name of new Set(query.keys())) {
    if (SYSTEM_PARAMETERS.has(name) || name.startsWith('$')) continue;
    put(json, name, queryValue(method, name, query.getAll(name)));
  }
  for (const [field, value] of variables) put(json, field, value);
  return fromJson(method.request, json);
}

/** Sets a field by its path, such as `mask.fieldPaths` or `document.name`. */
function put(json: Json, path: string, value: unknown): void {
  const names = path.split('.').map(protobuf.util.camelCase);
  const last = names.pop() ?? '';
  let target = json;
  for (const name of names) {
    const next = { ...(target[name] as Json | undefined) };
    target[name] = next;
    target = next;
  }
  target[last] = value;
}

/** The JSON value of a parameter, by the type of the field that it names. */
function queryValue(method: MethodDescription, path: string, values: readonly string[]): unknown {
  let type: protobuf.Type | null = method.request;
  let field: protobuf.Field | undefined;
  for (const name of path.split('.')) {
    field = type?.fields[protobuf.util.camelCase(name)]?.resolve();
    if (field === undefined) throw unknownParameter(path);
    type = field.resolvedType instanceof protobuf.Type ? field.resolvedType : null;
  }
  if (field?.repeated === true) return values;
  return field?.type === 'bool' ? values[0] === 'true' : values[0];
}

function unknownParameter(name: string): FirestoreError {
  return new FirestoreError(
    Code.InvalidArgument,
    `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter.`,
  );
}
