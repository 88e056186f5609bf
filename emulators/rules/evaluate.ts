import type { RulesService } from './api.js';
import type { Expression, PathPart } from './ast.js';
import { hasType } from './comparison.js';
import type { Visit } from './coverage.js';
import { display } from './display.js';
import type { Documents } from './documents.js';
import { RulesError, RulesLimitError, wrongArity } from './errors.js';
import { callGlobal, isNamespace } from './globals.js';
import { element, keyOf, member, range } from './members.js';
import { callMethod } from './methods/index.js';
import { captureOf } from './methods/text.js';
import { applyBinary, applyUnary } from './operators.js';
import { Scope, type BoundFunction } from './scope.js';
import { bounded } from './size.js';
import {
  bool,
  list,
  map,
  mayBeMissing,
  NULL,
  path,
  string,
  UNKNOWN,
  type Truth,
  type Value,
} from './values.js';

/** Limits of the language (firebase.google.com/docs/rules/rules-language and Firestore's quotas). */
const MAX_EXPRESSIONS = 1000;

type Node<Kind extends Expression['kind']> = Extract<Expression, { readonly kind: Kind }>;

/** What a sub-expression of `&&` or `||` came to. */
type Outcome = Truth | RulesError;

/** The evaluation of one request: its counters, and the documents that it reads. */
export class Evaluation {
  readonly debug: string[] = [];
  /** Every expression that was evaluated, innermost first; kept only where it is asked for. */
  readonly visits: Visit[] = [];
  /** The first field that was read though the query says nothing of it. */
  unproven: string | null = null;
  private expressions = 0;

  constructor(
    private readonly service: RulesService,
    private readonly documents: Documents,
    private readonly keepsVisits: boolean,
  ) {}

  /** The value of an expression; a `RulesError` that leaves it has a position. */
  evaluate(node: Expression, scope: Scope): Value {
    this.expressions += 1;
    if (this.expressions > MAX_EXPRESSIONS) {
      throw new RulesLimitError(`More than ${MAX_EXPRESSIONS} expressions were evaluated.`);
    }
    try {
      const value = this.compute(node, scope);
      if (this.keepsVisits) this.visits.push({ node, outcome: value });
      return value;
    } catch (error) {
      if (error instanceof RulesError) {
        error.position ??= node.at;
        if (this.keepsVisits) this.visits.push({ node, outcome: error });
      }
      throw error;
    }
  }

  /** Whether a condition holds; one that is not a bool is an error. */
  test(node: Expression, scope: Scope): Truth {
    const value = this.evaluate(node, scope);
    if (value.type === 'unknown') return 'unknown';
    if (value.type === 'bool') return value.value;
    const error = new RulesError(`Type error. Received: [${value.type}] Expected: [bool].`);
    error.position = node.at;
    throw error;
  }

  private compute(node: Expression, scope: Scope): Value {
    const value = (operand: Expression) => this.evaluate(operand, scope);
    switch (node.kind) {
      case 'literal':
        return node.value;
      case 'variable':
        return variable(node.name, scope);
      case 'member':
        return this.noting(node.name, member(value(node.object), node.name));
      case 'index': {
        const object = value(node.object);
        const index = value(node.index);
        const name = index.type === 'string' ? index.value : null;
        return this.noting(name, element(object, index));
      }
      case 'range':
        return range(value(node.object), value(node.start), value(node.end));
      case 'call':
        return this.call(node, scope);
      case 'method':
        return bounded(this.method(node, scope));
      case 'unary':
        return applyUnary(node.operator, value(node.operand));
      case 'binary':
        return this.binary(node, scope);
      case 'is':
        return isOfType(value(node.operand), node.typeName);
      case 'ternary':
        return this.ternary(node, scope);
      case 'list': {
        const items = node.items.map(value);
        return items.some(mayBeMissing) ? UNKNOWN : bounded(list(items));
      }
      case 'map':
        return bounded(this.mapLiteral(node, scope));
      case 'path':
        return bounded(this.pathLiteral(node.parts, scope));
    }
  }

  private noting(name: string | null, value: Value): Value {
    if (value.type === 'unknown' && !value.constraint) this.unproven ??= name;
    return value;
  }

  private binary(node: Node<'binary'>, scope: Scope): Value {
    const { operator, left, right } = node;
    if (operator === '||') return this.logical(true, left, right, scope);
    if (operator === '&&') return this.logical(false, left, right, scope);
    const value = applyBinary(operator, this.evaluate(left, scope), this.evaluate(right, scope));
    return operator === '+' ? bounded(value) : value;
  }

  /** `||` (decided by one true) and `&&` (by one false): the side that decides wins over an error. */
  private logical(decisive: boolean, left: Expression, right: Expression, scope: Scope): Value {
    const first = this.outcome(left, scope);
    if (first === decisive) return bool(decisive);
    const second = this.outcome(right, scope);
    if (second === decisive) return bool(decisive);
    if (first instanceof RulesError) throw first;
    if (second instanceof RulesError) throw second;
    return first === 'unknown' || second === 'unknown' ? UNKNOWN : bool(!decisive);
  }

  private outcome(node: Expression, scope: Scope): Outcome {
    try {
      return this.test(node, scope);
    } catch (error) {
      if (error instanceof RulesError && !(error instanceof RulesLimitError)) return error;
      throw error;
    }
  }

  private ternary(node: Node<'ternary'>, scope: Scope): Value {
    const condition = this.test(node.condition, scope);
    if (condition === 'unknown') return UNKNOWN;
    return this.evaluate(condition ? node.then : node.otherwise, scope);
  }

  private mapLiteral(node: Node<'map'>, scope: Scope): Value {
    const entries: (readonly [string, Value])[] = [];
    for (const [keyNode, itemNode] of node.entries) {
      const key = this.evaluate(keyNode, scope);
      const item = this.evaluate(itemNode, scope);
      if (key.type === 'unknown' || mayBeMissing(item)) return UNKNOWN;
      entries.push([keyOf(key), item]);
    }
    return map(entries);
  }

  private pathLiteral(parts: readonly PathPart[], scope: Scope): Value {
    let segments: string[] = [];
    const captures: string[] = [];
    for (const part of parts) {
      if (typeof part !== 'string' && part.kind === 'variable' && !scope.variable(part.name)) {
        captures.push(part.name);
        segments.push(captureOf(part.name));
        continue;
      }
      const value = typeof part === 'string' ? string(part) : this.evaluate(part, scope);
      if (value.type === 'unknown') return UNKNOWN;
      if (value.type === 'path') segments = segments.concat(value.segments);
      else if (value.type === 'string') segments.push(value.value);
      else throw new RulesError(`A path segment must be a string, not ${value.type}.`);
    }
    return captures.length > 0 ? { ...path(segments), captures } : path(segments);
  }

  private call(node: Node<'call'>, scope: Scope): Value {
    const args = node.args.map((argument) => this.evaluate(argument, scope));
    const declared = scope.function(node.name);
    if (declared) return this.callDeclared(declared, args);
    if (node.name === 'debug') return this.print(args);
    if (this.service === 'cloud.firestore') {
      const document = this.readDocument(node.name, args);
      if (document) return document;
    }
    return callGlobal(null, node.name, args);
  }

  private method(node: Node<'method'>, scope: Scope): Value {
    const args = node.args.map((argument) => this.evaluate(argument, scope));
    const namespace = namespaceOf(node.object, scope);
    if (namespace === null) return callMethod(this.evaluate(node.object, scope), node.name, args);
    if (namespace !== 'firestore') return callGlobal(namespace, node.name, args);
    const document = this.readDocument(node.name, args);
    if (!document) throw new RulesError(`Function not found error: Name: [${node.name}].`);
    return document;
  }

  private callDeclared({ declaration, scope }: BoundFunction, args: readonly Value[]): Value {
    const { name: called, parameters: names } = declaration;
    if (args.length !== names.length) throw wrongArity(called, args.length);
    if (args.some(mayBeMissing)) return UNKNOWN;
    const parameters = names.map(({ name }, i) => [name, args[i] ?? NULL] as const);
    let inner = new Scope(scope, new Map(parameters));
    for (const binding of declaration.bindings) {
      const value = this.evaluate(binding.value, inner);
      if (mayBeMissing(value)) return UNKNOWN;
      inner = new Scope(inner, new Map([[binding.name, value]]));
    }
    return this.evaluate(declaration.result, inner);
  }

  /** `get`, `exists` and their kin; null for a function of another name. */
  private readDocument(name: string, args: readonly Value[]): Value | null {
    const kind = documentFunctions.get(name);
    if (!kind) return null;
    const [argument] = args;
    if (!argument || args.length > 1) throw wrongArity(name, args.length);
    if (argument.type === 'unknown') return UNKNOWN;
    const document = this.documents.read(argument, kind.after);
    return kind.exists ? bool(document !== null) : (document ?? NULL);
  }

  private print(args: readonly Value[]): Value {
    const [value] = args;
    if (!value || args.length > 1) throw wrongArity('debug', args.length);
    this.debug.push(display(value));
    return value;
  }
}

const documentFunctions: ReadonlyMap<
  string,
  { readonly exists: boolean; readonly after: boolean }
> = new Map([
  ['get', { exists: false, after: false }],
  ['exists', { exists: true, after: false }],
  ['getAfter', { exists: false, after: true }],
  ['existsAfter', { exists: true, after: true }],
]);

/** The name of the namespace that a function is called on, null where the object is a value. */
function namespaceOf(object: Expression, scope: Scope): string | null {
  if (object.kind !== 'variable' || scope.variable(object.name)) return null;
  return isNamespace(object.name) || object.name === 'firestore' ? object.name : null;
}

function variable(name: string, scope: Scope): Value {
  const value = scope.variable(name);
  if (!value) throw new RulesError(`Variable not found error: Name: [${name}].`);
  return value;
}

function isOfType(value: Value, typeName: string): Value {
  if (value.type !== 'unknown') return bool(hasType(value, typeName));
  const proven = value.constraint?.type;
  if (proven === undefined) return UNKNOWN;
  if (proven === typeName) return bool(true);
  return proven === 'number' && (typeName === 'int' || typeName === 'float')
    ? UNKNOWN
    : bool(false);
}
