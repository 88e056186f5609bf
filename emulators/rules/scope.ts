import type { FunctionDeclaration } from './ast.js';
import type { Functions } from './prepare.js';
import type { Value } from './values.js';

/** A function and the scope that its body sees: the one that it was declared in. */
export interface BoundFunction {
  readonly declaration: FunctionDeclaration;
  readonly scope: Scope;
}

const NO_FUNCTIONS: Functions = new Map();

/** The names that an expression sees: those of its block, then those of the blocks around it. */
export class Scope {
  constructor(
    private readonly parent: Scope | null,
    private readonly variables: ReadonlyMap<string, Value>,
    private readonly functions: Functions = NO_FUNCTIONS,
  ) {}

  variable(name: string): Value | null {
    return this.variables.get(name) ?? this.parent?.variable(name) ?? null;
  }

  function(name: string): BoundFunction | null {
    const declaration = this.functions.get(name);
    return declaration ? { declaration, scope: this } : (this.parent?.function(name) ?? null);
  }
}
