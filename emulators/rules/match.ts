import type { RulesRequest, RulesService } from './api.js';
import type { PatternSegment } from './ast.js';
import { path, string, UNKNOWN, type Value } from './values.js';

/** The id of a document that a query may find. */
const ANY_ID = Symbol('any id');
/** The path above a collection of a collection group: any number of segments. */
const ANY_PARENT = Symbol('any parent');

/** A segment of what is asked for; only wildcards match one that is not known. */
export type TargetSegment = string | typeof ANY_ID | typeof ANY_PARENT;
export type Target = readonly TargetSegment[];

/** `databases {database} documents`: what precedes the path of a document. */
const DATABASE_SEGMENTS = 3;

/**
 * What the `match` statements have to match for this request: for `list`, a document or object that is
 * directly in the collection or folder, whatever its id.
 */
export function targetOf(request: RulesRequest, service: RulesService): Target {
  if (request.method !== 'list') return request.path;
  if (service === 'firebase.storage') return [...request.path, ANY_ID];
  if (request.collectionGroup === true) {
    return [...request.path.slice(0, -1), ANY_PARENT, ...request.path.slice(-1), ANY_ID];
  }
  const isCollection = (request.path.length - DATABASE_SEGMENTS) % 2 === 1;
  return isCollection ? [...request.path, ANY_ID] : request.path;
}

/** Called for a way in which a pattern matches: what its wildcards hold, and where the rest begins. */
export type OnMatch = (variables: ReadonlyMap<string, Value>, end: number) => void;

const NONE: ReadonlyMap<string, Value> = new Map();

/**
 * Finds all ways in which `pattern` matches `target` from `start`; a nested `match` goes on at the end.
 * `{name=**}` takes the rest, one segment at least, in version 1 of the rules, any number in version 2.
 */
export function matchPattern(
  pattern: readonly PatternSegment[],
  target: Target,
  start: number,
  rulesVersion: 1 | 2,
  onMatch: OnMatch,
): void {
  const shortestGlob = (from: number) =>
    rulesVersion === 1 ? Math.max(target.length, from + 1) : from;
  const matchRest = (index: number, position: number, variables: typeof NONE): void => {
    const segment = pattern[index];
    if (!segment) {
      onMatch(variables, position);
    } else if (segment.kind === 'glob') {
      for (let end = target.length; end >= shortestGlob(position); end -= 1) {
        const value = globValue(target.slice(position, end));
        matchRest(index + 1, end, new Map(variables).set(segment.name, value));
      }
    } else {
      const next = target[position];
      if (next === undefined || next === ANY_PARENT) return;
      if (segment.kind === 'fixed') {
        if (segment.text === next) matchRest(index + 1, position + 1, variables);
      } else {
        const value = next === ANY_ID ? UNKNOWN : string(next);
        matchRest(index + 1, position + 1, new Map(variables).set(segment.name, value));
      }
    }
  };
  matchRest(0, start, NONE);
}

function globValue(segments: Target): Value {
  const known = segments.filter((segment) => typeof segment === 'string');
  return known.length === segments.length ? path(known) : UNKNOWN;
}
