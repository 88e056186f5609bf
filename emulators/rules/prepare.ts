import type { RulesService } from './api.js';
import type {
  AllowStatement,
  BlockItem,
  FunctionDeclaration,
  PatternSegment,
  RulesFile,
} from './ast.js';

export type Functions = ReadonlyMap<string, FunctionDeclaration>;

/** A `match` with its body sorted by kind, so that a request has only to walk it. */
export interface Block {
  readonly pattern: readonly PatternSegment[];
  readonly functions: Functions;
  readonly allows: readonly AllowStatement[];
  readonly blocks: readonly Block[];
}

/** The part of a rules file that one service needs. */
export interface Prepared {
  readonly rulesVersion: 1 | 2;
  readonly functions: Functions;
  readonly blocks: readonly Block[];
}

export function prepare(file: RulesFile, service: RulesService): Prepared {
  const blocks = file.items.flatMap((item) =>
    item.kind === 'service' && item.service === service ? [prepareBlock([], item.body)] : [],
  );
  const functions = functionsOf(file.items.filter((item) => item.kind === 'function'));
  return { rulesVersion: file.rulesVersion, functions, blocks };
}

function prepareBlock(pattern: readonly PatternSegment[], body: readonly BlockItem[]): Block {
  return {
    pattern,
    functions: functionsOf(body.filter((item) => item.kind === 'function')),
    allows: body.filter((item) => item.kind === 'allow'),
    blocks: body
      .filter((item) => item.kind === 'match')
      .map((match) => prepareBlock(match.pattern, match.body)),
  };
}

function functionsOf(declarations: readonly FunctionDeclaration[]): Functions {
  return new Map(declarations.map((declaration) => [declaration.name, declaration]));
}
