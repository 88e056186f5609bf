import type { RulesIssue, RulesService } from './api.js';
import type {
  BlockItem,
  Expression,
  FunctionDeclaration,
  MatchBlock,
  Named,
  Position,
  RulesFile,
} from './ast.js';
import { childrenOf } from './ast.js';
import { CallGraph } from './callGraph.js';
import { NOWHERE, pathErrors, within, type Surroundings } from './checkMatch.js';
import { tooComplex } from './complexity.js';
import { globalArity, isNamespace } from './globals.js';

/** What `is` may ask for (rules reference, "Data types"). */
const typeNames = new Set([
  ...['bool', 'bytes', 'float', 'int', 'number', 'string', 'list', 'map', 'set', 'map_diff'],
  ...['timestamp', 'duration', 'latlng', 'path', 'null', 'constraint'],
]);

/** The reference has them, but production was seen to know neither in either service. */
const unknownToProduction: ReadonlySet<string> = new Set(['bool', 'math.isInfinite']);

const requestVariables: readonly string[] = ['request', 'resource'];

const documentFunctions: Readonly<Record<RulesService, readonly string[]>> = {
  'cloud.firestore': ['get', 'exists', 'getAfter', 'existsAfter'],
  'firebase.storage': [],
};
const crossServiceFunctions = ['get', 'exists'];

/** Limits of a ruleset (firebase.google.com/docs/firestore/quotas, "Security rules"). */
const MAX_PARAMETERS = 7;
/** The official compiler's messages say 10 and 20, but it takes one more of both. */
const MAX_BINDINGS = 11;
const MAX_CALLS = 21;

/** Names in force at a place of the file. */
interface Names {
  readonly variables: ReadonlySet<string>;
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  /** The function that the place is in, or null for an `allow`. */
  readonly owner: FunctionDeclaration | null;
}

/**
 * Finds in a parsed file what can never work, which is an error: recursion, names that are taken, misplaced
 * recursive wildcards, a file without rules for `service`, what passes a limit. And what is likely to be a
 * mistake, which is a warning: names that nothing declares, calls with the wrong number of arguments,
 * functions and variables that nothing uses. Both are in the words of the official compiler, where known.
 */
export function checkRules(
  file: RulesFile,
  service: RulesService,
  fileName: string,
): readonly RulesIssue[] {
  return new Checker(file, service, fileName).check();
}

class Checker {
  private readonly issues: RulesIssue[] = [];
  private readonly calls = new CallGraph();
  /** Where functions read what only a request has. */
  private readonly requestReads: (Named & { readonly owner: FunctionDeclaration })[] = [];

  constructor(
    private readonly file: RulesFile,
    private readonly service: RulesService,
    private readonly fileName: string,
  ) {}

  check(): readonly RulesIssue[] {
    const functions = this.file.items.filter((item) => item.kind === 'function');
    const services = this.file.items.filter(
      (item) => item.kind === 'service' && item.service === this.service,
    );
    if (services.length === 0) {
      this.error({ line: 1, column: 1 }, `The file has no rules for service ${this.service}.`);
    }
    if (this.file.rulesVersion === 1 && this.service === 'cloud.firestore') {
      const text =
        'Ruleset uses old version (version [1]). Please update to the latest version (version [2]).';
      this.warn({ line: 0, column: 0 }, text);
    }
    const variables = new Set(requestVariables);
    const names = this.declare({ variables, functions: new Map(), owner: null }, functions);
    for (const declaration of functions) this.checkFunction(declaration, names);
    for (const block of services) {
      if (block.kind === 'service') this.checkBody(block.body, names, NOWHERE);
    }
    this.checkCalls();
    return this.issues.sort((a, b) => a.line - b.line || a.column - b.column);
  }

  private checkCalls(): void {
    const recursive = this.calls.recursive();
    for (const { at } of recursive) this.error(at, 'Recursive call is not allowed.');
    for (const chain of recursive.length === 0 ? this.calls.longestChains() : []) {
      const beyond = chain[MAX_CALLS];
      if (!beyond) continue;
      const stack = chain.slice(0, MAX_CALLS).map(({ name }) => name);
      const text = `Maximum allowed call depth of 20 is reached for [${stack.join('->')}] call stack.`;
      this.error(beyond.at, text);
    }
    // Beside an error, as of a name that is declared twice, this tells nothing new.
    if (this.issues.some(({ severity }) => severity === 'ERROR')) return;
    for (const { at, name } of this.calls.unused()) this.warn(at, `Unused function: ${name}.`);
    const unreachable = this.calls.unreachable();
    for (const { at, name, owner } of this.requestReads) {
      if (unreachable.has(owner)) this.warn(at, `Invalid variable name: ${name}.`);
    }
  }

  private error(at: Position, message: string): void {
    this.issues.push({ severity: 'ERROR', fileName: this.fileName, ...at, message });
  }

  private warn(at: Position, message: string): void {
    this.issues.push({ severity: 'WARNING', fileName: this.fileName, ...at, message });
  }

  private declare(names: Names, declarations: readonly FunctionDeclaration[]): Names {
    const own = new Set<string>();
    for (const declaration of declarations) {
      const { name, at } = declaration;
      if (own.has(name)) this.error(at, `Function ${name} is already defined.`);
      own.add(name);
      this.calls.declare(declaration);
    }
    const added = declarations.map((declaration) => [declaration.name, declaration] as const);
    return { ...names, functions: new Map([...names.functions, ...added]) };
  }

  private checkBody(body: readonly BlockItem[], outer: Names, surroundings: Surroundings): void {
    const names = this.declare(
      outer,
      body.filter((item) => item.kind === 'function'),
    );
    for (const item of body) {
      if (item.kind === 'function') this.checkFunction(item, names);
      else if (item.kind === 'match') this.checkMatch(item, names, surroundings);
      else if (item.condition) this.checkWhole(item.condition, names);
    }
  }

  private checkMatch(block: MatchBlock, outer: Names, around: Surroundings): void {
    const { rulesVersion } = this.file;
    for (const [at, message] of pathErrors(block, around, rulesVersion)) this.error(at, message);
    if (around.isBelowGlob && rulesVersion === 1) {
      this.warn(block.at, 'Glob(**) resource rules should not have child resource rules.');
    }
    const variables = new Set(outer.variables);
    for (const segment of block.pattern) {
      if (segment.kind === 'fixed') continue;
      this.checkName(segment);
      variables.add(segment.name);
    }
    this.checkBody(block.body, { ...outer, variables }, within(block, around));
  }

  private checkFunction(declaration: FunctionDeclaration, outer: Names): void {
    const { name, parameters, bindings, result, at } = declaration;
    if (parameters.length > MAX_PARAMETERS) {
      this.error(at, `Function ${name} has more than ${MAX_PARAMETERS} parameters.`);
    }
    if (bindings.length > MAX_BINDINGS) {
      const text = 'Maximum allowed variable count of 10 for a given function has been reached.';
      this.error(result.at, text);
    }
    for (const variable of [...parameters, ...bindings]) this.checkName(variable);
    this.checkDistinct(parameters);
    this.checkDistinct(bindings);
    const variables = new Set([...outer.variables, ...parameters.map(({ name: own }) => own)]);
    for (const binding of bindings) {
      this.checkWhole(binding.value, { ...outer, variables, owner: declaration });
      variables.add(binding.name);
    }
    this.checkWhole(result, { ...outer, variables, owner: declaration });
    const used = variablesOf([result, ...bindings.map(({ value }) => value)]);
    for (const variable of [...parameters, ...bindings]) {
      if (!used.has(variable.name)) this.warn(variable.at, `Unused variable: ${variable.name}.`);
    }
  }

  private checkName({ name, at }: Named): void {
    if (!isNamespace(name)) return;
    this.error(at, `${name} is a package and cannot be used as variable name.`);
  }

  private checkDistinct(variables: readonly Named[]): void {
    const bound = new Set<string>();
    for (const { name, at } of variables) {
      const text = `The identifier [${name}] is already bound in the current scope.`;
      if (bound.has(name)) this.error(at, text);
      bound.add(name);
    }
  }

  private checkWhole(node: Expression, names: Names): void {
    for (const { at } of tooComplex(node)) {
      this.error(at, 'Expression is too complex to evaluate safely.');
    }
    this.checkExpression(node, names);
  }

  private checkExpression(node: Expression, names: Names): void {
    const namespace = node.kind === 'method' ? this.namespaceOf(node.object, names) : null;
    for (const child of childrenOf(node)) {
      if (namespace === null || node.kind !== 'method' || child !== node.object) {
        this.checkExpression(child, names);
      }
    }
    if (node.kind === 'variable' && !names.variables.has(node.name)) {
      this.warn(node.at, `Invalid variable name: ${node.name}.`);
    } else if (node.kind === 'variable') {
      if (names.owner && requestVariables.includes(node.name)) {
        this.requestReads.push({ name: node.name, at: node.at, owner: names.owner });
      }
    } else if (node.kind === 'is' && !typeNames.has(node.typeName)) {
      this.error(node.at, `${node.typeName} is not a type.`);
    } else if (node.kind === 'call') {
      const declaration = names.functions.get(node.name);
      if (declaration) this.calls.add(names.owner, declaration);
      const arity = declaration?.parameters.length ?? this.builtInArity(node.name);
      this.checkCall(node.at, node.name, arity, node.args.length);
    } else if (node.kind === 'method' && namespace !== null) {
      const arity = this.namespaceArity(namespace, node.name);
      this.checkCall(node.at, `${namespace}.${node.name}`, arity, node.args.length);
    }
  }

  private checkCall(at: Position, name: string, arity: number | null, given: number): void {
    if (arity === null || unknownToProduction.has(name)) {
      this.warn(at, `Invalid function name: ${name}.`);
    }
    if (arity !== null && arity !== given) {
      this.warn(at, `Incorrect number of arguments supplied to function: ${name}.`);
    }
  }

  private builtInArity(name: string): number | null {
    const isOneArgument = name === 'debug' || documentFunctions[this.service].includes(name);
    return isOneArgument ? 1 : globalArity(null, name);
  }

  private namespaceArity(namespace: string, name: string): number | null {
    if (namespace !== 'firestore') return globalArity(namespace, name);
    return crossServiceFunctions.includes(name) ? 1 : null;
  }

  private namespaceOf(object: Expression, names: Names): string | null {
    if (object.kind !== 'variable' || names.variables.has(object.name)) return null;
    const isFirestore = object.name === 'firestore' && this.service === 'firebase.storage';
    return isNamespace(object.name) || isFirestore ? object.name : null;
  }
}

/** The names that some expressions read. */
function variablesOf(nodes: readonly Expression[]): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: Expression): void => {
    if (node.kind === 'variable') found.add(node.name);
    childrenOf(node).forEach(visit);
  };
  nodes.forEach(visit);
  return found;
}
