import type {
  CompileRules,
  RulesDecision,
  RulesMethod,
  RulesRequest,
  Ruleset,
  RulesService,
} from './api.js';
import type { AllowStatement } from './ast.js';
import { checkRules } from './check.js';
import { Coverage } from './coverage.js';
import { DOCUMENT_NEEDED, Documents } from './documents.js';
import { RulesError, RulesLimitError } from './errors.js';
import { Evaluation } from './evaluate.js';
import { matchPattern, targetOf } from './match.js';
import { parseRules } from './parse.js';
import { prepare, type Block, type Prepared } from './prepare.js';
import { Scope } from './scope.js';
import { timestampOfMillis } from './time.js';
import { map, path, string, type Value } from './values.js';

/** Compiles a rules file for one service. */
export const compileRules: CompileRules = (
  source,
  service,
  fileName = `${service}.rules`,
  { countsCoverage = false } = {},
) => {
  const file = parseRules(source, fileName);
  if ('message' in file) return { ruleset: null, issues: [file] };
  const issues = checkRules(file, service, fileName);
  const isUsable = issues.every(({ severity }) => severity !== 'ERROR');
  if (!isUsable) return { ruleset: null, issues };
  const coverage = new Coverage({ name: fileName, content: source }, file, service);
  const prepared = prepare(file, service);
  return { ruleset: rulesetOf(prepared, service, coverage, countsCoverage), issues };
};

function rulesetOf(
  file: Prepared,
  service: RulesService,
  coverage: Coverage,
  countsCoverage: boolean,
): Ruleset {
  return {
    rulesVersion: file.rulesVersion,
    coverage: () => coverage.report(),
    async evaluate(request) {
      const documents = new Documents(request, service);
      const found = candidates(file, service, request);
      // An evaluation has no effects, so one that misses a document starts anew when it is there.
      for (;;) {
        const evaluation = new Evaluation(service, documents, countsCoverage);
        try {
          const decision = decide(found, request.method, evaluation);
          coverage.add(evaluation.visits);
          return decision;
        } catch (error) {
          if (error !== DOCUMENT_NEEDED) throw error;
          await documents.fetchNeeded();
        }
      }
    },
  };
}

/** An `allow` that applies to a request, with the names that its condition sees. */
interface Candidate {
  readonly allow: AllowStatement;
  readonly scope: Scope;
}

function decide(
  found: readonly Candidate[],
  method: RulesMethod,
  evaluation: Evaluation,
): RulesDecision {
  const reasons: string[] = [];
  const { debug } = evaluation;
  for (const candidate of found) {
    const { allow } = candidate;
    const place = `for '${method}' @ L${(allow.condition ?? allow).at.line}`;
    evaluation.unproven = null;
    try {
      const outcome = allow.condition ? evaluation.test(allow.condition, candidate.scope) : true;
      if (outcome === true) return { permit: true, reason: `true ${place}`, debug };
      reasons.push(`${outcome === false ? 'false' : unproven(evaluation)} ${place}`);
    } catch (error) {
      if (!(error instanceof RulesError)) throw error;
      const { line, column } = error.position ?? allow.at;
      const reason = `evaluation error at L${line}:${column} ${place}, ${error.message} ${place}`;
      if (error instanceof RulesLimitError) return { permit: false, reason, debug };
      reasons.push(reason);
    }
  }
  const reason = reasons.length > 0 ? reasons.join(', ') : 'No matching allow statements';
  return { permit: false, reason, debug };
}

/** To the official emulator, a field that a query does not constrain does not exist. */
function unproven({ unproven: field }: Evaluation): string {
  return field === null
    ? "Not proven by the query's constraints."
    : `Property ${field} is undefined on object.`;
}

function candidates(
  { blocks, functions, rulesVersion }: Prepared,
  service: RulesService,
  request: RulesRequest,
): readonly Candidate[] {
  const found: Candidate[] = [];
  const target = targetOf(request, service);
  const variables = new Map([
    ['request', requestVariable(request, service)],
    ['resource', request.resource],
  ]);
  const visit = (block: Block, start: number, outer: Scope): void => {
    matchPattern(block.pattern, target, start, rulesVersion, (wildcards, end) => {
      const scope = new Scope(outer, wildcards, block.functions);
      for (const inner of block.blocks) visit(inner, end, scope);
      if (end !== target.length) return;
      for (const allow of block.allows) {
        if (covers(allow, request.method)) found.push({ allow, scope });
      }
    });
  };
  const root = new Scope(null, variables, functions);
  for (const block of blocks) visit(block, 0, root);
  return found;
}

function covers(allow: AllowStatement, method: RulesMethod): boolean {
  const group = method === 'get' || method === 'list' ? 'read' : 'write';
  return allow.methods.includes(method) || allow.methods.includes(group);
}

/** The `request` variable: what the server knows of the request, and what the evaluator adds. */
function requestVariable(request: RulesRequest, service: RulesService): Value {
  const { method } = request;
  const isRead = method === 'get' || method === 'list';
  const hasResource = !isRead || service === 'firebase.storage';
  return map([
    ...request.request,
    ['method', string(method)],
    ['path', path(request.path)],
    ...(hasResource ? [['resource', request.requestResource] as const] : []),
    ['time', timestampOfMillis(BigInt(request.time.getTime()))],
  ]);
}
