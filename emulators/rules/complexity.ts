import { childrenOf, type Expression } from './ast.js';

/** What the official compiler was seen to take: an expression 99 levels deep, and not one of 100. */
const MAX_LEVELS = 99;

/** Operators, lists, maps and calls put what they hold a level deeper; so does a pair of parentheses. */
const deepening: ReadonlySet<Expression['kind']> = new Set(['binary', 'is', 'list', 'map', 'call']);

/** The outermost expressions within one that are nested too deep. */
export function tooComplex(node: Expression, level = 1): readonly Expression[] {
  const own = level + (node.groups ?? 0);
  if (own > MAX_LEVELS) return [node];
  const inner = deepening.has(node.kind) ? own + 1 : own;
  return childrenOf(node).flatMap((child) => tooComplex(child, inner));
}
