import type {
  CompileRules,
  RulesDecision,
  RulesMethod,
  RulesRequest,
  Ruleset,
  RulesService,
} from './api.js';
import type { AllowStatement, BlockItem, MatchBlock, RulesFile } from './ast.js';
import { checkRules } from './check.js';
import { DocumentNeeded, Documents } from './documents.js';
import { RulesError, RulesLimitError } from './errors.js';
import { Evaluation } from './evaluate.js';
import { matchPattern, targetOf, type Target } from './match.js';
import { parseRules } from './parse.js';
import { Scope } from './scope.js';
import { timestampOfMillis } from './time.js';
import { map, path, string, type Value } from './values.js';

/** Compiles a rules file for one service. All issues are errors: such a file gives no ruleset. */
export const compileRules: CompileRules = (source, service, fileName = `${service}.rules`) => {
  const file = parseRules(source, fileName);
  if ('message' in file) return { ruleset: null, issues: [file] };
  const issues = checkRules(file, service, fileName);
  return { ruleset: issues.length === 0 ? rulesetOf(file, service) : null, issues };
};

function rulesetOf(file: RulesFile, service: RulesService): Ruleset {
  return {
    rulesVersion: file.rulesVersion,
    async evaluate(request) {
      const documents = new Documents(request, service);
      // An evaluation has no effects, so one that misses a document starts anew when it is there.
      for (;;) {
        try {
          return decide(file, service, request, documents);
        } catch (error) {
          if (!(error instanceof DocumentNeeded)) throw error;
          documents.add(error.key, await error.fetch());
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
  file: RulesFile,
  service: RulesService,
  request: RulesRequest,
  documents: Documents,
): RulesDecision {
  const evaluation = new Evaluation(service, documents);
  const reasons: string[] = [];
  const { debug } = evaluation;
  for (const candidate of candidates(file, service, request)) {
    const place = `for '${request.method}' @ L`;
    const { allow } = candidate;
    try {
      const value = allow.condition ? evaluation.evaluate(allow.condition, candidate.scope) : null;
      if (!value || (value.type === 'bool' && value.value)) {
        return { permit: true, reason: `true ${place}${allow.at.line}`, debug };
      }
      reasons.push(`${refusal(value)} ${place}${allow.at.line}`);
    } catch (error) {
      if (!(error instanceof RulesError)) throw error;
      const reason = `${error.message} ${place}${(error.position ?? allow.at).line}`;
      if (error instanceof RulesLimitError) return { permit: false, reason, debug };
      reasons.push(reason);
    }
  }
  const reason = reasons.length > 0 ? reasons.join(', ') : noRule(request);
  return { permit: false, reason, debug };
}

function refusal(value: Value): string {
  if (value.type === 'bool') return 'false';
  if (value.type === 'unknown') return 'not proven by the constraints of the query';
  return `expected a bool, found ${value.type}`;
}

function noRule(request: RulesRequest): string {
  return `no rule allows '${request.method}' on /${request.path.join('/')}`;
}

function* candidates(
  file: RulesFile,
  service: RulesService,
  request: RulesRequest,
): Generator<Candidate> {
  const target = targetOf(request, service);
  const root = new Scope(
    null,
    new Map([
      ['request', requestVariable(request)],
      ['resource', request.resource],
    ]),
    file.items.filter((item) => item.kind === 'function'),
  );
  for (const item of file.items) {
    if (item.kind !== 'service' || item.service !== service) continue;
    const scope = new Scope(root, new Map(), functionsOf(item.body));
    const matches = item.body.filter((child) => child.kind === 'match');
    for (const match of matches) {
      yield* matching(match, { target, start: 0, scope, file, method: request.method });
    }
  }
}

interface Descent {
  readonly target: Target;
  readonly start: number;
  readonly scope: Scope;
  readonly file: RulesFile;
  readonly method: RulesMethod;
}

function* matching(block: MatchBlock, descent: Descent): Generator<Candidate> {
  const { target, start, file, method } = descent;
  for (const { variables, end } of matchPattern(block.pattern, target, start, file.rulesVersion)) {
    const scope = new Scope(descent.scope, variables, functionsOf(block.body));
    for (const item of block.body) {
      if (item.kind === 'match') yield* matching(item, { ...descent, start: end, scope });
      else if (item.kind === 'allow' && end === target.length && covers(item, method)) {
        yield { allow: item, scope };
      }
    }
  }
}

const functionsOf = (body: readonly BlockItem[]) => body.filter((item) => item.kind === 'function');

function covers(allow: AllowStatement, method: RulesMethod): boolean {
  const group = method === 'get' || method === 'list' ? 'read' : 'write';
  return allow.methods.includes(method) || allow.methods.includes(group);
}

/** The `request` variable: what the server knows of the request, and what the evaluator adds. */
function requestVariable(request: RulesRequest): Value {
  return map([
    ...request.request,
    ['method', string(request.method)],
    ['path', path(request.path)],
    ['resource', request.requestResource],
    ['time', timestampOfMillis(BigInt(request.time.getTime()))],
  ]);
}
