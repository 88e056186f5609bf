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

/** What the `match` statements have to match for this request. */
export function targetOf(request: RulesRequest, service: RulesService): Target {
  if (service !== 'cloud.firestore' || request.method !== 'list') return request.path;
  if (request.collectionGroup === true) {
    return [...request.path.slice(0, -1), ANY_PARENT, ...request.path.slice(-1), ANY_ID];
  }
  const isCollection = (request.path.length - DATABASE_SEGMENTS) % 2 === 1;
  return isCollection ? [...request.path, ANY_ID] : request.path;
}

/** One way in which a pattern matches: what its wildcards hold, and where the rest begins. */
export interface PatternMatch {
  readonly variables: ReadonlyMap<string, Value>;
  readonly end: number;
}

/**
 * All ways in which `pattern` matches `target` from `start`; a nested `match` goes on at `end`.
 * `{name=**}` takes the rest, one segment at least, in version 1 of the rules, any number in version 2.
 */
export function* matchPattern(
  pattern: readonly PatternSegment[],
  target: Target,
  start: number,
  rulesVersion: 1 | 2,
): Generator<PatternMatch> {
  const [first, ...rest] = pattern;
  if (!first) {
    yield { variables: new Map(), end: start };
    return;
  }
  for (const [end, value] of matchSegment(first, target, start, rulesVersion)) {
    for (const tail of matchPattern(rest, target, end, rulesVersion)) {
      const variables =
        first.kind === 'fixed' ? tail.variables : new Map([[first.name, value], ...tail.variables]);
      yield { variables, end: tail.end };
    }
  }
}

function* matchSegment(
  segment: PatternSegment,
  target: Target,
  start: number,
  rulesVersion: 1 | 2,
): Generator<readonly [end: number, value: Value]> {
  if (segment.kind === 'glob') {
    const isVersion1 = rulesVersion === 1;
    const shortest = isVersion1 ? Math.max(target.length, start + 1) : start;
    for (let end = target.length; end >= shortest; end -= 1) {
      yield [end, globValue(target.slice(start, end))];
    }
    return;
  }
  const next = target[start];
  if (next === undefined || next === ANY_PARENT) return;
  if (segment.kind === 'single') yield [start + 1, next === ANY_ID ? UNKNOWN : string(next)];
  else if (segment.text === next) yield [start + 1, UNKNOWN];
}

function globValue(segments: Target): Value {
  const known = segments.filter((segment) => typeof segment === 'string');
  return known.length === segments.length ? path(known) : UNKNOWN;
}
