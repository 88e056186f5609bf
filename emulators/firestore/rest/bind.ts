import protobuf from 'protobufjs/light.js';
import type { FirestoreError } from '../model/status.js';
import { badRequest } from '../model/status.js';
import type { Json } from './checkJson.js';
import { findField, isObject } from './checkJson.js';
import { fromJson, parseJson } from './protoJson.js';
import type { RouteMatch } from './routes.js';

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
    const values = query.getAll(name);
    put(json, name, isRepeated(method.request, name) ? values : values[0]);
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
    const present = target[name];
    const next = isObject(present) ? { ...present } : {};
    target[name] = next;
    target = next;
  }
  target[last] = value;
}

/** Whether the field that a parameter names takes all of its values; INVALID_ARGUMENT where there is none. */
function isRepeated(request: protobuf.Type, parameter: string): boolean {
  let type: protobuf.Type | null = request;
  let field: protobuf.Field | undefined;
  for (const name of parameter.split('.')) {
    field = type === null ? undefined : findField(type, name);
    if (field === undefined) throw unknownParameter(parameter);
    type = field.resolvedType instanceof protobuf.Type ? field.resolvedType : null;
  }
  return field?.repeated === true;
}

function unknownParameter(name: string): FirestoreError {
  const reason = `Cannot bind query parameter. Field '${name}' could not be found in request message.`;
  const description = `Invalid JSON payload received. Unknown name "${name}": ${reason}`;
  return badRequest([{ description }]);
}
