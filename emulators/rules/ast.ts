import type { RulesMethod, RulesService, RulesValue } from './api.js';

/** Where a node starts in its file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type BinaryOperator =
  '||' | '&&' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | '+' | '-' | '*' | '/' | '%';

/** A piece of a path literal: text, or an expression in `$(...)`. */
export type PathPart = string | Expression;

type ExpressionShape =
  | { readonly kind: 'literal'; readonly value: RulesValue }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'member'; readonly object: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly object: Expression; readonly index: Expression }
  | {
      readonly kind: 'range';
      readonly object: Expression;
      readonly start: Expression;
      readonly end: Expression;
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | {
      readonly kind: 'method';
      readonly object: Expression;
      readonly name: string;
      readonly args: readonly Expression[];
    }
  | { readonly kind: 'unary'; readonly operator: '!' | '-'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'is'; readonly operand: Expression; readonly typeName: string }
  | {
      readonly kind: 'ternary';
      readonly condition: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: 'path'; readonly parts: readonly PathPart[] };

export type Expression = ExpressionShape & {
  readonly at: Position;
  /** Where it begins and ends in the source, with the parentheses around it. */
  readonly from: number;
  readonly to: number;
  /** How many pairs of parentheses are around it. */
  readonly groups?: number;
};

/** A segment of a `match` path, from its slash: fixed text, `{name}`, or `{name=**}`. */
export type PatternSegment = { readonly at: Position } & (
  | { readonly kind: 'fixed'; readonly text: string }
  | { readonly kind: 'single'; readonly name: string }
  | { readonly kind: 'glob'; readonly name: string }
);

/** A name where it is declared. */
export interface Named {
  readonly name: string;
  readonly at: Position;
}

export interface FunctionDeclaration extends Named {
  readonly kind: 'function';
  readonly parameters: readonly Named[];
  readonly bindings: readonly (Named & { readonly value: Expression })[];
  readonly result: Expression;
}

export interface AllowStatement {
  readonly kind: 'allow';
  readonly methods: readonly (RulesMethod | 'read' | 'write')[];
  /** Absent where the statement allows without a condition. */
  readonly condition: Expression | null;
  readonly at: Position;
}

export interface MatchBlock {
  readonly kind: 'match';
  readonly pattern: readonly PatternSegment[];
  readonly body: readonly BlockItem[];
  readonly at: Position;
}

export type BlockItem = FunctionDeclaration | AllowStatement | MatchBlock;

export interface ServiceBlock {
  readonly kind: 'service';
  readonly service: RulesService;
  readonly body: readonly (FunctionDeclaration | MatchBlock)[];
  readonly at: Position;
}

/** A parsed rules file. */
export interface RulesFile {
  readonly rulesVersion: 1 | 2;
  readonly items: readonly (FunctionDeclaration | ServiceBlock)[];
}

/** The expressions that one is made of. */
export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'literal':
    case 'variable':
      return [];
    case 'member':
      return [node.object];
    case 'index':
      return [node.object, node.index];
    case 'range':
      return [node.object, node.start, node.end];
    case 'call':
      return node.args;
    case 'method':
      return [node.object, ...node.args];
    case 'unary':
    case 'is':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'ternary':
      return [node.condition, node.then, node.otherwise];
    case 'list':
      return node.items;
    case 'map':
      return node.entries.flat();
    case 'path':
      return node.parts.filter((part) => typeof part !== 'string');
  }
}
