import type { FunctionDeclaration } from './ast.js';

/** Which functions of a rules file call which. */
export class CallGraph {
  private readonly callees = new Map<FunctionDeclaration, Set<FunctionDeclaration>>();
  private readonly calledByRules = new Set<FunctionDeclaration>();
  private readonly calledByOthers = new Set<FunctionDeclaration>();

  declare(declaration: FunctionDeclaration): void {
    this.callees.set(declaration, new Set());
  }

  /** Notes a call by a function, or by an `allow` where the caller is null. */
  add(caller: FunctionDeclaration | null, callee: FunctionDeclaration): void {
    if (caller === null) this.calledByRules.add(callee);
    else if (caller !== callee) this.calledByOthers.add(callee);
    if (caller) this.callees.get(caller)?.add(callee);
  }

  /** Functions that nothing else calls. */
  unused(): readonly FunctionDeclaration[] {
    return this.uncalled().filter((declaration) => !this.calledByRules.has(declaration));
  }

  /** Functions that no `allow` comes to call. */
  unreachable(): ReadonlySet<FunctionDeclaration> {
    const reached = new Set(this.calledByRules);
    for (const start of this.calledByRules) {
      for (const callee of this.reachableFrom(start)) reached.add(callee);
    }
    return new Set([...this.callees.keys()].filter((declaration) => !reached.has(declaration)));
  }

  /** Functions that can come to call themselves. */
  recursive(): readonly FunctionDeclaration[] {
    return [...this.callees.keys()].filter((declaration) =>
      this.reachableFrom(declaration).has(declaration),
    );
  }

  /** The longest chain of calls from each function that no other calls; nothing may be recursive. */
  longestChains(): readonly (readonly FunctionDeclaration[])[] {
    const known = new Map<FunctionDeclaration, readonly FunctionDeclaration[]>();
    const chainFrom = (start: FunctionDeclaration): readonly FunctionDeclaration[] => {
      let longest: readonly FunctionDeclaration[] = [];
      for (const callee of this.callees.get(start) ?? []) {
        const chain = known.get(callee) ?? chainFrom(callee);
        if (chain.length > longest.length) longest = chain;
      }
      const chain = [start, ...longest];
      known.set(start, chain);
      return chain;
    };
    return this.uncalled().map(chainFrom);
  }

  private uncalled(): readonly FunctionDeclaration[] {
    return [...this.callees.keys()].filter((declaration) => !this.calledByOthers.has(declaration));
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
