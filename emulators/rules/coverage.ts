import type { CoverageReport, ExpressionReport, RulesService, ValueCount } from './api.js';
import { childrenOf, type BlockItem, type Expression, type RulesFile } from './ast.js';
import { RulesError } from './errors.js';
import { isNamespace } from './globals.js';
import type { Value } from './values.js';
import { valueJson } from './valueJson.js';

/** Further values of one expression are counted together, so that what is kept stays small. */
const MAX_VALUES = 50;
/** Longer texts are cut. */
const MAX_TEXT = 200;

/** An expression as one request evaluated it: its value, or the error that left it. */
export interface Visit {
  readonly node: Expression;
  readonly outcome: Value | RulesError;
}

interface Count {
  readonly value: object;
  count: number;
}

/** What the expressions of a rules file came to, over all requests that it has decided. */
export class Coverage {
  private readonly counts = new Map<Expression, Map<string, Count>>();
  private readonly roots: readonly Expression[];

  constructor(
    private readonly source: { readonly name: string; readonly content: string },
    file: RulesFile,
    service: RulesService,
  ) {
    this.roots = rootsOf(file, service);
  }

  /** Adds what the evaluation of one request has visited. */
  add(visits: readonly Visit[]): void {
    for (const { node, outcome } of visits) {
      if (node.kind !== 'literal') this.count(node, outcome);
    }
  }

  report(): CoverageReport {
    const report = this.roots.filter(isReported).map((node) => this.reportOf(node));
    return { rules: { files: [this.source] }, ...(report.length > 0 && { report }) };
  }

  private count(node: Expression, outcome: Value | RulesError): void {
    const known = this.counts.get(node) ?? new Map<string, Count>();
    this.counts.set(node, known);
    const exact = keyOf(outcome);
    const isOther = !known.has(exact) && known.size >= MAX_VALUES;
    const found = known.get(isOther ? 'others' : exact);
    if (found) found.count += 1;
    else if (isOther) known.set('others', { value: {}, count: 1 });
    else known.set(exact, { value: jsonOf(outcome), count: 1 });
  }

  private reportOf(node: Expression): ExpressionReport {
    const values: readonly ValueCount[] = [...(this.counts.get(node)?.values() ?? [])];
    const children = childrenOf(node)
      .filter(isReported)
      .map((child) => this.reportOf(child));
    return {
      sourcePosition: { ...node.at, currentOffset: node.from, endOffset: node.to - 1 },
      ...(values.length > 0 && { values }),
      ...(children.length > 0 && { children }),
    };
  }
}

/** Literals, and the names of namespaces, have no value of their own to tell. */
function isReported(node: Expression): boolean {
  return node.kind !== 'literal' && !(node.kind === 'variable' && isNamespace(node.name));
}

/** The conditions of a service and the bodies of the functions that it may call, in the file's order. */
function rootsOf(file: RulesFile, service: RulesService): readonly Expression[] {
  const inItem = (item: BlockItem): readonly Expression[] => {
    if (item.kind === 'match') return item.body.flatMap(inItem);
    if (item.kind === 'allow') return item.condition ? [item.condition] : [];
    return [...item.bindings.map(({ value }) => value), item.result];
  };
  return file.items.flatMap((item) => {
    if (item.kind === 'function') return inItem(item);
    return item.service === service ? item.body.flatMap(inItem) : [];
  });
}

/** Tells values apart, as far as the report shows them. */
function keyOf(outcome: Value | RulesError): string {
  if (outcome instanceof RulesError) return `error ${outcome.message}`;
  switch (outcome.type) {
    case 'null':
    case 'map':
    case 'unknown':
      return outcome.type;
    case 'bool':
      return outcome.value ? 'true' : 'false';
    case 'int':
    case 'float':
      return `${outcome.type} ${outcome.value}`;
    case 'timestamp':
    case 'duration':
      return `${outcome.type} ${outcome.seconds} ${outcome.nanos}`;
    case 'string':
      return `string ${cut(outcome.value)}`;
    default:
      return JSON.stringify(valueJson(outcome, cut));
  }
}

function jsonOf(outcome: Value | RulesError): object {
  if (!(outcome instanceof RulesError)) return valueJson(outcome, cut);
  const { position, message: causeMessage } = outcome;
  return { undefined: { ...(position && { sourcePosition: position }), causeMessage } };
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}
