import type { MatchBlock, Position } from './ast.js';

/** Limits of a ruleset (firebase.google.com/docs/firestore/quotas, "Security rules"). */
const MAX_DEPTH = 10;
const MAX_SEGMENTS = 100;
const MAX_WILDCARDS = 20;

const INVALID_GLOB = 'Invalid glob match expression.';

/** What surrounds a `match`, all of it counted from the service. */
export interface Surroundings {
  readonly depth: number;
  readonly segments: number;
  readonly wildcards: number;
  readonly isBelowGlob: boolean;
}

export const NOWHERE: Surroundings = { depth: 0, segments: 0, wildcards: 0, isBelowGlob: false };

/** What surrounds the statements within a `match`. */
export function within({ pattern }: MatchBlock, around: Surroundings): Surroundings {
  return {
    depth: around.depth + 1,
    segments: around.segments + pattern.length,
    wildcards: around.wildcards + pattern.filter(({ kind }) => kind !== 'fixed').length,
    isBelowGlob: around.isBelowGlob || pattern.some(({ kind }) => kind === 'glob'),
  };
}

type PathError = readonly [at: Position, message: string];

/** The errors of a `match` path: more than one `{name=**}` down to it, and limits. */
export function pathErrors(
  block: MatchBlock,
  around: Surroundings,
  rulesVersion: 1 | 2,
): readonly PathError[] {
  const globs = block.pattern.filter(({ kind }) => kind === 'glob');
  const extra = around.isBelowGlob && rulesVersion === 2 ? globs : globs.slice(1);
  const onlyOne = `${INVALID_GLOB} Only one glob match is permitted in a match declaration path.`;
  const found = extra.map(({ at }): PathError => [at, onlyOne]);
  // In version 1 a recursive wildcard takes the whole rest of a path.
  if (rulesVersion === 1 && block.pattern.slice(0, -1).some(({ kind }) => kind === 'glob')) {
    const text = `${INVALID_GLOB} Glob matches are permitted as the last segment in a match declaration path.`;
    found.push([block.at, text]);
  }
  const { depth, segments, wildcards } = within(block, around);
  if (depth > MAX_DEPTH) {
    found.push([block.at, `Match statements are nested more than ${MAX_DEPTH} deep.`]);
  }
  if (segments > MAX_SEGMENTS || wildcards > MAX_WILDCARDS) {
    found.push([
      block.at,
      `A path may have ${MAX_SEGMENTS} segments and ${MAX_WILDCARDS} wildcards.`,
    ]);
  }
  return found;
}
