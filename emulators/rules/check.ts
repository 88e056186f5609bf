import type { RulesIssue, RulesService } from './api.js';
import type {
  BlockItem,
  Expression,
  FunctionDeclaration,
  MatchBlock,
  Position,
  RulesFile,
} from './ast.js';
import { globalArity, isNamespace } from './globals.js';

/** What `is` may ask for (rules reference, "Data types"). */
const typeNames = new Set([
  ...['bool', 'bytes', 'float', 'int', 'number', 'string', 'list', 'map', 'set', 'map_diff'],
  ...['timestamp', 'duration', 'latlng', 'path', 'null', 'constraint'],
]);

const documentFunctions: Readonly<Record<RulesService, readonly string[]>> = {
  'cloud.firestore': ['get', 'exists', 'getAfter', 'existsAfter'],
  'firebase.storage': [],
};
const crossServiceFunctions = ['get', 'exists'];

/** Limits of a function (firebase.google.com/docs/rules/rules-language, "Functions"). */
const MAX_PARAMETERS = 7;
const MAX_BINDINGS = 10;

/** Names in force at a place of the file. */
interface Names {
  readonly variables: ReadonlySet<string>;
  /** Functions and how many parameters they have. */
  readonly functions: ReadonlyMap<string, number>;
}

/**
 * Finds in a parsed file what can never work: names that nothing declares, calls with the wrong number of
 * arguments, misplaced recursive wildcards, a file without rules for `service`.
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
      this.report({ line: 1, column: 1 }, `The file has no rules for service ${this.service}.`);
    }
    const variables = new Set(['request', 'resource']);
    const names = this.declare({ variables, functions: new Map() }, functions);
    for (const declaration of functions) this.checkFunction(declaration, names);
    for (const block of services) {
      if (block.kind === 'service') this.checkBody(block.body, names, 0);
    }
    return this.issues;
  }

  private report(at: Position, message: string): void {
    this.issues.push({ fileName: this.fileName, line: at.line, column: at.column, message });
  }

  private declare(names: Names, declarations: readonly FunctionDeclaration[]): Names {
    const own = new Set<string>();
    for (const { name, at } of declarations) {
      if (own.has(name)) this.report(at, `Function ${name} is declared twice.`);
      own.add(name);
    }
    const added = declarations.map(({ name, parameters }) => [name, parameters.length] as const);
    return { ...names, functions: new Map([...names.functions, ...added]) };
  }

  private checkBody(body: readonly BlockItem[], outer: Names, globs: number): void {
    const names = this.declare(
      outer,
      body.filter((item) => item.kind === 'function'),
    );
    for (const item of body) {
      if (item.kind === 'function') this.checkFunction(item, names);
      else if (item.kind === 'match') this.checkMatch(item, names, globs);
      else if (item.condition) this.checkExpression(item.condition, names);
    }
  }

  private checkMatch(block: MatchBlock, outer: Names, outerGlobs: number): void {
    const wildcards = block.pattern.filter((segment) => segment.kind !== 'fixed');
    const globs = wildcards.filter((segment) => segment.kind === 'glob').length;
    const endsInGlob = block.pattern.at(-1)?.kind === 'glob';
    if (globs > 1) this.report(block.at, 'A match path may have one recursive wildcard.');
    if (this.file.rulesVersion === 1 && (outerGlobs > 0 || (globs > 0 && !endsInGlob))) {
      this.report(block.at, "Below a recursive wildcard nothing can match in rules_version '1'.");
    }
    const added = wildcards.map(({ name }) => name);
    const names = { ...outer, variables: new Set([...outer.variables, ...added]) };
    this.checkBody(block.body, names, outerGlobs + globs);
  }

  private checkFunction(declaration: FunctionDeclaration, outer: Names): void {
    const { name, parameters, bindings, at } = declaration;
    if (parameters.length > MAX_PARAMETERS) {
      this.report(at, `Function ${name} has more than ${MAX_PARAMETERS} parameters.`);
    }
    if (bindings.length > MAX_BINDINGS) {
      this.report(at, `Function ${name} has more than ${MAX_BINDINGS} let bindings.`);
    }
    const variables = new Set([...outer.variables, ...parameters]);
    for (const binding of bindings) {
      this.checkExpression(binding.value, { ...outer, variables });
      variables.add(binding.name);
    }
    this.checkExpression(declaration.result, { ...outer, variables });
  }

  private checkExpression(node: Expression, names: Names): void {
    const namespace = node.kind === 'method' ? this.namespaceOf(node.object, names) : null;
    for (const child of childrenOf(node)) {
      if (namespace === null || node.kind !== 'method' || child !== node.object) {
        this.checkExpression(child, names);
      }
    }
    if (node.kind === 'variable' && !names.variables.has(node.name)) {
      this.report(node.at, `Variable ${node.name} is not declared.`);
    } else if (node.kind === 'is' && !typeNames.has(node.typeName)) {
      this.report(node.at, `${node.typeName} is not a type.`);
    } else if (node.kind === 'call') {
      this.checkCall(node.at, node.name, this.arityOf(node.name, names), node.args.length);
    } else if (node.kind === 'method' && namespace !== null) {
      const arity =
        namespace === 'firestore'
          ? crossServiceFunctions.includes(node.name)
            ? 1
            : null
          : globalArity(namespace, node.name);
      this.checkCall(node.at, `${namespace}.${node.name}`, arity, node.args.length);
    }
  }

  private checkCall(at: Position, name: string, arity: number | null, given: number): void {
    if (arity === null) this.report(at, `Function ${name} is not declared.`);
    else if (arity !== given) {
      this.report(at, `Function ${name} takes ${arity} argument(s), not ${given}.`);
    }
  }

  private arityOf(name: string, names: Names): number | null {
    const isOneArgument = name === 'debug' || documentFunctions[this.service].includes(name);
    return names.functions.get(name) ?? (isOneArgument ? 1 : globalArity(null, name));
  }

  private namespaceOf(object: Expression, names: Names): string | null {
    if (object.kind !== 'variable' || names.variables.has(object.name)) return null;
    const isFirestore = object.name === 'firestore' && this.service === 'firebase.storage';
    return isNamespace(object.name) || isFirestore ? object.name : null;
  }
}

function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'literal':
    case 'variable':
      return [];
    case 'member':
      return [node.object];
    case 'index':
      return [node.object, node.index];
    case 'range':
      return [node.object, node.from, node.to];
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
