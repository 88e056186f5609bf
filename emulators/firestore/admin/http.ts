import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { RulesIssue } from '../../rules/api.js';
import { coveragePage } from '../../rules/coveragePage.js';
import { parseName } from '../model/path.js';
import type { FirestoreService } from '../service.js';
import type { TriggerDispatcher } from '../triggers/dispatcher.js';
import { readBackgroundTrigger, readEventarcTrigger } from '../triggers/trigger.js';
import { exportDocuments } from './exports.js';
import type { FaultSpec } from './faults.js';

interface Answer {
  readonly status: number;
  /** Text, or what is sent as JSON. */
  readonly body: unknown;
  /** The type of text, where it is not plain. */
  readonly contentType?: string;
}

interface AdminRequest {
  /** The groups of the route's pattern, decoded. */
  readonly groups: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
}

interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  handle(request: AdminRequest): Answer | Promise<Answer>;
}

const OK: Answer = { status: 200, body: {} };
const NOT_FOUND: Answer = { status: 404, body: error(404, 'NOT_FOUND', 'Not found.') };

/**
 * The HTTP/1.1 endpoints on the emulator's port: what firebase-tools and rules-unit-testing call, and
 * the controls for tests (faults, writes, deliveries). See the README for their shapes.
 */
export function adminEndpoints(
  service: FirestoreService,
  triggers: TriggerDispatcher,
): RequestListener {
  const routes = [
    ...platformRoutes(service),
    ...triggerRoutes(triggers),
    ...testRoutes(service, triggers),
  ];
  return (request, response) => {
    answerTo(routes, request).then(
      (answer) => {
        send(response, answer);
      },
      (cause: unknown) => {
        const message = cause instanceof Error ? cause.message : String(cause);
        send(response, { status: 400, body: error(400, 'INVALID_ARGUMENT', message) });
      },
    );
  };
}

function platformRoutes(service: FirestoreService): Route[] {
  return [
    { method: 'GET', pattern: /^\/$/, handle: () => ({ status: 200, body: 'Ok' }) },
    {
      method: 'PUT',
      pattern: /^\/emulator\/v1\/projects\/[^/]+:securityRules$/,
      handle: ({ body }) => putRules(service, body),
    },
    {
      method: 'GET',
      pattern: /^\/emulator\/v1\/projects\/[^/]+:ruleCoverage$/,
      handle: () => ({ status: 200, body: service.access.coverage() }),
    },
    {
      method: 'GET',
      pattern: /^\/emulator\/v1\/projects\/[^/]+:ruleCoverage\.html$/,
      handle: () => ({
        status: 200,
        body: coveragePage(service.access.coverage()),
        contentType: 'text/html; charset=utf-8',
      }),
    },
    {
      method: 'DELETE',
      pattern: /^\/emulator\/v1\/projects\/([^/]+)\/databases\/([^/]+)\/documents$/,
      handle: ({ groups: [projectId = '', databaseId = ''] }) => {
        service.clear(service.database({ projectId, databaseId }));
        return OK;
      },
    },
    {
      method: 'POST',
      pattern: /^\/emulator\/v1\/projects\/[^/]+:export$/,
      handle: ({ body }) => postExport(service, body),
    },
  ];
}

function triggerRoutes(triggers: TriggerDispatcher): Route[] {
  return [
    {
      method: 'POST',
      pattern: /^\/emulator\/v1\/projects\/([^/]+)\/eventarcTrigger$/,
      handle: ({ groups: [projectId = ''], query, body }) => {
        const key = query.get('eventarcTriggerId') ?? '';
        triggers.register(readEventarcTrigger(projectId, key, body));
        return OK;
      },
    },
    {
      method: 'PUT',
      pattern: /^\/emulator\/v1\/projects\/([^/]+)\/triggers\/(.+)$/,
      handle: ({ groups: [projectId = '', key = ''], body }) => {
        triggers.register(readBackgroundTrigger(projectId, key, body));
        return OK;
      },
    },
    {
      method: 'DELETE',
      pattern: /^\/emulator\/v1\/projects\/([^/]+)\/triggers\/(.+)$/,
      handle: ({ groups: [projectId = '', key = ''] }) => {
        triggers.remove(projectId, key);
        return OK;
      },
    },
  ];
}

function testRoutes(service: FirestoreService, triggers: TriggerDispatcher): Route[] {
  return [
    {
      method: 'GET',
      pattern: /^\/emulator\/v1\/projects\/([^/]+)\/deliveries$/,
      handle: ({ groups: [projectId = ''] }) => ({
        status: 200,
        body: { pending: triggers.pendingCount(projectId) },
      }),
    },
    {
      method: 'GET',
      pattern: /^\/emulator\/v1\/writes$/,
      handle: ({ query }) => ({
        status: 200,
        body: service.writes.matching(new RegExp(query.get('path') ?? '', 's')),
      }),
    },
    {
      method: 'GET',
      pattern: /^\/emulator\/v1\/usage$/,
      handle: () => {
        const { readCount: reads, contention } = service.usage;
        return { status: 200, body: { reads, writes: service.writes.total, contention } };
      },
    },
    {
      method: 'GET',
      pattern: /^\/emulator\/v1\/queries$/,
      handle: () => ({ status: 200, body: { queries: service.queries.list() } }),
    },
    {
      method: 'DELETE',
      pattern: /^\/emulator\/v1\/queries$/,
      handle: () => {
        service.queries.reset();
        return OK;
      },
    },
    {
      method: 'POST',
      pattern: /^\/emulator\/v1\/faults$/,
      handle: ({ body }) => ({ status: 200, body: { id: service.faults.arm(readFault(body)) } }),
    },
    {
      method: 'GET',
      pattern: /^\/emulator\/v1\/faults\/([^/]+)$/,
      handle: async ({ groups: [id = ''], query }) => {
        const known = service.faults.look(id);
        if (known === undefined) return NOT_FOUND;
        if (query.get('wait') === '1') await service.faults.untilHit(id);
        return { status: 200, body: service.faults.look(id) ?? { ...known, hit: false } };
      },
    },
    {
      method: 'DELETE',
      pattern: /^\/emulator\/v1\/faults\/([^/]+)$/,
      handle: ({ groups: [id = ''] }) => (service.faults.release(id) ? OK : NOT_FOUND),
    },
  ];
}

async function answerTo(routes: readonly Route[], request: IncomingMessage): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://firestore');
  for (const route of routes) {
    const groups = route.pattern.exec(pathname)?.slice(1).map(decodeURIComponent);
    if (groups === undefined || route.method !== request.method) continue;
    return route.handle({ groups, query: searchParams, body: await readBody(request) });
  }
  return NOT_FOUND;
}

function putRules(service: FirestoreService, body: unknown): Answer {
  const { rules, ignore_errors: ignoreErrors } = asObject(body);
  const files: unknown = asObject(rules)['files'];
  const { content, name } = asObject(Array.isArray(files) ? files[0] : undefined);
  if (typeof content !== 'string') throw new TypeError('rules.files[0].content is missing.');
  const issues = service.access.setRules(content, typeof name === 'string' ? name : 'rules');
  const errors = issues.filter(({ severity }) => severity === 'ERROR');
  if (errors.length === 0 || ignoreErrors === true) {
    // As in all JSON of protobuf, a list without items is left out.
    return issues.length === 0 ? OK : { status: 200, body: { issues: issues.map(toIssueMessage) } };
  }
  const lines = errors.map(({ line, column, message }) => `L${line}:${column} ${message}`);
  const message = ['Error compiling rules:', ...lines].join('\n');
  return { status: 400, body: error(400, 'INVALID_ARGUMENT', message) };
}

/** What the CLI sends for `--export-on-exit` and `emulators:export`. */
async function postExport(service: FirestoreService, body: unknown): Promise<Answer> {
  const { database, export_directory: directory, export_name: name } = asObject(body);
  if (typeof database !== 'string' || typeof directory !== 'string' || typeof name !== 'string') {
    throw new TypeError('database, export_directory and export_name must be given.');
  }
  await exportDocuments(service.database(parseName(database)), directory, name);
  return OK;
}

/** The shape that firebase-tools prints (firestoreEmulator.js, prettyPrintRulesIssue). */
function toIssueMessage({ severity, fileName, line, column, message }: RulesIssue): object {
  return { sourcePosition: { fileName, line, column }, description: message, severity };
}

function readFault(body: unknown): FaultSpec {
  const { path, contains, when, skip } = asObject(body);
  if (typeof path !== 'string') throw new TypeError('path must be a regular expression.');
  if (when !== 'before' && when !== 'after') throw new TypeError('when must be before or after.');
  return {
    path: new RegExp(path, 's'),
    when,
    skip: typeof skip === 'number' ? skip : 0,
    ...(typeof contains === 'string' && { contains }),
  };
}

/** JSON, whatever its content type; firebase-tools sends some bodies as JSON within a JSON string. */
async function readBody(request: IncomingMessage): Promise<unknown> {
  const json = await text(request);
  if (json === '') return undefined;
  const body: unknown = JSON.parse(json);
  return typeof body === 'string' ? JSON.parse(body) : body;
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function error(code: number, status: string, message: string): object {
  return { error: { code, status, message } };
}

function send(response: ServerResponse, { status, body, contentType }: Answer): void {
  const isText = typeof body === 'string';
  const type = contentType ?? (isText ? 'text/plain' : 'application/json');
  response.writeHead(status, { 'content-type': type });
  response.end(isText ? `${body}\n` : JSON.stringify(body));
}
