import type {
  CoverageReport,
  RulesIssue,
  RulesRequest,
  RulesValue,
  Ruleset,
} from '../../rules/api.js';
import { compileRules } from '../../rules/compile.js';
import type { Database } from '../database.js';
import type { Instant } from '../model/clock.js';
import { instantToDate } from '../model/clock.js';
import type { StoredDocument } from '../model/document.js';
import { formatFieldPath } from '../model/fieldPath.js';
import { Code, FirestoreError } from '../model/status.js';
import type { Query } from '../query/query.js';
import type { CommitPlan, PlannedWrite } from '../write/plan.js';
import type { Caller } from './caller.js';
import { queryCases } from './queryProof.js';
import { fieldsToRules, resourceValue, rulesPath } from './rulesValues.js';

const NULL: RulesValue = { type: 'null' };

type Question = Pick<RulesRequest, 'method' | 'path' | 'resource'> &
  Partial<Pick<RulesRequest, 'collectionGroup' | 'requestResource' | 'sharedReads'>> & {
    readonly query?: RulesValue;
    readonly time?: Instant;
    readonly plan?: CommitPlan;
  };

/** A rules file. */
export interface RulesSource {
  readonly source: string;
  readonly fileName: string;
}

/**
 * Asks the security rules about every request that is not an administrator's. Without a rules file
 * everything is allowed, as in the official emulator; with one that does not compile, nothing is.
 */
export class Access {
  private ruleset: Ruleset | 'open' | 'closed' = 'open';
  /** Why nothing is allowed, while the rules are closed. */
  private closedBy = '';
  /** Rules that are not compiled yet: that takes a while the first time, and must not delay a start. */
  private initial: RulesSource | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(initial?: RulesSource) {
    this.initial = initial;
  }

  /** Calls back whenever rules have been put in force. */
  onRules(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Compiles the first rules, if that is still to do, and tells the developer of their issues. */
  compileInitial(): void {
    if (this.initial === undefined) return;
    const { source, fileName } = this.initial;
    for (const issue of this.setRules(source, fileName)) console.error(describeIssue(issue));
  }

  /** Puts rules in force. Where they have errors, the ones before stay, or nothing is allowed. */
  setRules(source: string, fileName: string): readonly RulesIssue[] {
    this.initial = undefined;
    const options = { countsCoverage: true };
    const { ruleset, issues } = compileRules(source, 'cloud.firestore', fileName, options);
    if (ruleset !== null) this.ruleset = ruleset;
    else if (typeof this.ruleset === 'string') {
      this.ruleset = 'closed';
      const errors = issues.filter(({ severity }) => severity === 'ERROR');
      this.closedBy = errors.map(describeIssue).join(', ');
    }
    for (const listener of this.listeners) listener();
    return issues;
  }

  /** What the rules in force have come to since they are in force. */
  coverage(): CoverageReport {
    this.compileInitial();
    return typeof this.ruleset === 'string' ? { rules: { files: [] } } : this.ruleset.coverage();
  }

  /**
   * Refuses unless the rules allow `get`; a missing document has the resource null. Gets of one request
   * share what the rules read for them, which has its limit.
   */
  async checkGet(
    caller: Caller,
    database: Database,
    path: string,
    document: StoredDocument | undefined,
    sharedReads?: Set<string>,
  ): Promise<void> {
    await this.ask(caller, database, {
      method: 'get',
      path: rulesPath(database.id.databaseId, path),
      resource: documentValue(database, document),
      ...(sharedReads && { sharedReads }),
    });
  }

  /** Refuses unless the query's own constraints prove that the rules allow `list`. */
  async checkList(
    caller: Caller,
    database: Database,
    query: Query,
    sharedReads?: Set<string>,
  ): Promise<void> {
    for (const { path, resource } of queryCases(database.id.databaseId, query)) {
      await this.ask(caller, database, {
        method: 'list',
        path,
        resource,
        collectionGroup: query.allDescendants,
        query: queryValue(query),
        ...(sharedReads && { sharedReads }),
      });
    }
  }

  /** Refuses unless the rules allow every write of a commit. */
  async checkWrites(caller: Caller, database: Database, plan: CommitPlan): Promise<void> {
    const sharedReads = new Set<string>();
    for (const step of plan.steps) {
      await this.ask(caller, database, {
        method: methodOf(step),
        path: rulesPath(database.id.databaseId, step.write.path),
        resource: documentValue(database, step.before),
        requestResource: documentValue(database, step.after),
        sharedReads,
        time: plan.requestTime,
        plan,
      });
    }
  }

  private async ask(caller: Caller, database: Database, question: Question): Promise<void> {
    if (caller.isAdmin) return;
    this.compileInitial();
    if (this.ruleset === 'open') return;
    if (this.ruleset === 'closed') throw denied(`The rules have errors: ${this.closedBy}`);
    const { query, time, plan, ...rest } = question;
    const decision = await this.ruleset.evaluate({
      requestResource: NULL,
      ...rest,
      request: new Map([['auth', caller.auth], ...(query ? [['query', query] as const] : [])]),
      time: instantToDate(time ?? database.clock.readTime()),
      getDocument: (path) => Promise.resolve(readForRules(database, path)),
      getDocumentAfter: (path) => Promise.resolve(readForRules(database, path, plan)),
    });
    for (const line of decision.debug ?? []) console.log(`firestore rules: ${line}`);
    if (!decision.permit) throw denied(decision.reason);
  }
}

/** As the CLI prints the issues of a changed file. */
function describeIssue({ severity, fileName, line, column, message }: RulesIssue): string {
  return `${fileName}:${line}:${column} - ${severity} ${message}`;
}

function methodOf({ write, before }: PlannedWrite): RulesRequest['method'] {
  if (write.kind === 'verify') return 'get';
  if (write.kind === 'delete') return 'delete';
  return before === undefined ? 'create' : 'update';
}

function readForRules(
  database: Database,
  segments: readonly string[],
  plan?: CommitPlan,
): RulesValue | null {
  const [, databaseId, , ...below] = segments;
  const path = below.join('/');
  if (databaseId !== database.id.databaseId) return null;
  const document = plan?.final.has(path) ? plan.final.get(path) : database.store.get(path);
  return document === undefined ? null : documentValue(database, document);
}

function documentValue(database: Database, document: StoredDocument | undefined): RulesValue {
  return document === undefined
    ? NULL
    : resourceValue(database.id.databaseId, document.path, fieldsToRules(document.fields));
}

/** As in the official emulator: a limit that is not given is null, and the order a map of directions by field. */
function queryValue({ limit, offset, orderBy }: Query): RulesValue {
  const directions = orderBy.map(({ field, descending }): [string, RulesValue] => [
    formatFieldPath(field),
    { type: 'string', value: descending ? 'DESC' : 'ASC' },
  ]);
  const fields = new Map<string, RulesValue>([
    ['limit', limit === undefined ? NULL : { type: 'int', value: BigInt(limit) }],
    ['offset', { type: 'int', value: BigInt(offset) }],
    ['orderBy', { type: 'map', fields: new Map(directions) }],
  ]);
  return { type: 'map', fields };
}

/** The official emulator begins its message with a line break. */
function denied(reason: string): FirestoreError {
  return new FirestoreError(Code.PermissionDenied, `\n${reason}`);
}
