import type { RulesIssue, RulesValue, Ruleset } from '../api.js';
import { compileRules } from '../compile.js';
import { dateOf } from '../time.js';
import { resourceOfDocument } from './documentValues.js';
import {
  inputSchema,
  type Answer,
  type DocumentAnswer,
  type DocumentRequest,
  type LoadRuleset,
  type Verify,
} from './protocol.js';
import { fieldsOfTyped, valueOfTyped } from './typedValues.js';

/** Compiles rules and decides requests for the Storage emulator, apart from the pipes they come through. */
export class StorageRulesRuntime {
  private readonly rulesets = new Map<string, Ruleset>();
  private readonly documentRequests = new Map<number, (answer: DocumentAnswer) => void>();

  constructor(private readonly send: (message: Answer | DocumentRequest) => void) {}

  /** Takes one line of input; settles when what it asks for is answered. Never rejects. */
  async receive(line: string): Promise<void> {
    let id = -1;
    try {
      const json: unknown = JSON.parse(line);
      id = idOf(json);
      const message = inputSchema.parse(json);
      switch (message.action) {
        case 'load_ruleset':
          this.send(this.load(message));
          return;
        case 'verify':
          this.send(await this.verify(message));
          return;
        default:
          this.settleDocument(message);
      }
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.send(failed(id, [`Storage rules runtime: ${text}`]));
    }
  }

  private load({ id, context }: LoadRuleset): Answer {
    const [file, another] = context.source.files;
    if (!file || another) return failed(id, ['A ruleset has exactly one file.']);
    const { ruleset, issues } = compileRules(file.content, 'firebase.storage', file.name);
    const described = (severity: RulesIssue['severity']) =>
      issues.filter((issue) => issue.severity === severity).map(describeIssue);
    const warnings = described('WARNING');
    if (!ruleset) return { id, status: 'ok', errors: described('ERROR'), warnings };
    this.rulesets.set(context.rulesetName, ruleset);
    const { rulesVersion } = ruleset;
    return { id, status: 'ok', errors: [], warnings, result: { rulesVersion } };
  }

  private async verify({ id, context }: Verify): Promise<Answer> {
    const ruleset = this.rulesets.get(context.rulesetName);
    if (!ruleset) return failed(id, [`There is no ruleset ${context.rulesetName}.`]);
    const request = fieldsOfTyped(context.variables.request.map_value.fields);
    const time = request.get('time');
    const getDocument = (path: readonly string[]) => this.fetchDocument(id, path);
    const decision = await ruleset.evaluate({
      method: context.method,
      path: context.path.split('/').filter((segment) => segment !== ''),
      request,
      time: time?.type === 'timestamp' ? dateOf(time) : new Date(),
      resource: valueOfTyped(context.variables.resource),
      requestResource: request.get('resource') ?? { type: 'null' },
      getDocument,
      getDocumentAfter: getDocument,
    });
    const { permit, reason, debug = [] } = decision;
    const warnings = debug.map((text) => `debug: ${text}`);
    if (!permit) warnings.push(`${context.method} ${context.path} is denied: ${reason}`);
    return { id, status: 'ok', errors: [], warnings, result: { permit } };
  }

  /** One at a time for each `verify`: its evaluation waits for each document that it reads. */
  private async fetchDocument(id: number, path: readonly string[]): Promise<RulesValue | null> {
    const answer = await new Promise<DocumentAnswer>((resolve) => {
      this.documentRequests.set(id, resolve);
      this.send({
        server_request_id: id,
        action: 'fetch_firestore_document',
        status: 'ok',
        context: { path: `/${path.join('/')}` },
      });
    });
    return answer.result ? resourceOfDocument(answer.result) : null;
  }

  private settleDocument(answer: DocumentAnswer): void {
    const resolve = this.documentRequests.get(answer.id);
    if (!resolve) throw new Error(`No document was asked for under id ${answer.id}.`);
    this.documentRequests.delete(answer.id);
    resolve(answer);
  }
}

function idOf(json: unknown): number {
  const hasId = typeof json === 'object' && json !== null && 'id' in json;
  return hasId && typeof json.id === 'number' ? json.id : -1;
}

function failed(id: number, errors: readonly string[]): Answer {
  return { id, status: 'ok', errors, warnings: [] };
}

/**
 * An issue as the emulator takes it apart for its log (firebase-tools, `storage/rules/manager.js`). That
 * prints the line and not the column, so the column is in both.
 */
function describeIssue({ fileName, line, column, message }: RulesIssue): string {
  return JSON.stringify({
    description_: message,
    sourcePosition_: { fileName_: fileName, line_: `${line}:${column}`, column_: column },
  });
}
