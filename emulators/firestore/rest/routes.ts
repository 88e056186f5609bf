import type { HttpBinding, MethodDescription } from '../messages/protos.js';
import { lazy } from '../lazy.js';
import { methodDescriptions } from '../messages/protos.js';
import { Code, FirestoreError } from '../model/status.js';

/** A method as one of its HTTP bindings reaches it. */
export interface RouteMatch {
  readonly method: MethodDescription;
  readonly binding: HttpBinding;
  /** The values of the path's variables by the request's field, such as `document.name`. */
  readonly variables: readonly (readonly [field: string, value: string])[];
}

interface Route {
  readonly method: MethodDescription;
  readonly binding: HttpBinding;
  readonly fields: readonly string[];
  readonly pattern: RegExp;
}

const routes = lazy(() =>
  methodDescriptions().flatMap((method) => method.http.map((binding) => compile(method, binding))),
);

/** The method that a request is for, if any; INVALID_ARGUMENT where its path is none. `path` is as it came, percent-encoded. */
export function findRoute(verb: string, path: string): RouteMatch | undefined {
  for (const { method, binding, fields, pattern } of routes()) {
    const values = verb === binding.verb ? pattern.exec(path)?.slice(1) : undefined;
    if (values === undefined || !values.every(isResource)) continue;
    const variables = fields.map((field, index) => [field, decode(values[index] ?? '')] as const);
    return { method, binding, variables };
  }
  return undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new FirestoreError(Code.InvalidArgument, `Invalid percent-encoding: ${text}`);
  }
}

/** Turns a template of google/api/http.proto into a pattern with a group for each variable. */
function compile(method: MethodDescription, binding: HttpBinding): Route {
  const fields: string[] = [];
  const source = binding.template.replace(
    /\{([^=}]+)(?:=([^}]+))?\}/g,
    (_, field: string, segments = '*') => {
      fields.push(field);
      return `(${String(segments).replace('/**', '(?:/.+)?').replaceAll('*', '[^/]+')})`;
    },
  );
  return { method, binding, fields, pattern: new RegExp(`^${source}$`) };
}

/**
 * Templates cannot tell a document from a collection: what is named below `documents` by a variable
 * with slashes is a document, which has an even number of segments there.
 */
function isResource(value: string): boolean {
  const [, below] = /^projects\/[^/]+\/databases\/[^/]+\/documents(?:\/(.+))?$/.exec(value) ?? [];
  return below === undefined || below.split('/').length % 2 === 0;
}
