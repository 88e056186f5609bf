import type { FunctionDeclaration } from './ast.js';

/** Which functions of a rules file call which. */
export class CallGraph {
  private readonly callees = new Map<FunctionDeclaration, Set<FunctionDeclaration>>();
  private readonly called = new Set<FunctionDeclaration>();

  declare(declaration: FunctionDeclaration): void {
    this.callees.set(declaration, new Set());
  }

  /** Notes a call by a function, or by an `allow` where the caller is null. */
  add(caller: FunctionDeclaration | null, callee: FunctionDeclaration): void {
    if (caller !== callee) this.called.add(callee);
    if (caller) this.callees.get(caller)?.add(callee);
  }

  /** Functions that nothing else calls. */
  unused(): readonly FunctionDeclaration[] {
    return [...this.callees.keys()].filter((declaration) => !this.called.has(declaration));
  }

  /** Functions that can come to call themselves. */
  recursive(): readonly FunctionDeclaration[] {
    return [...this.callees.keys()].filter((declaration) =>
      this.reachableFrom(declaration).has(declaration),
    );
  }

  private reachableFrom(start: FunctionDeclaration): ReadonlySet<FunctionDeclaration> {
    const reached = new Set<FunctionDeclaration>();
    const pending = [start];
    for (let next = pending.pop(); next; next = pending.pop()) {
      for (const callee of this.callees.get(next) ?? []) {
        if (reached.has(callee)) continue;
        reached.add(callee);
        pending.push(callee);
      }
    }
    return reached;
  }
}
