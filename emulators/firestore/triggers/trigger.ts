import type { DocumentChange } from '../model/document.js';

/** The name of the first database, and of the only namespace in use. */
const DEFAULT = '(default)';

export type ChangeKind = 'created' | 'updated' | 'deleted';

/** A function that wants to know of document changes. */
export interface Trigger {
  /** The key that the Functions emulator knows the function by. */
  readonly key: string;
  readonly projectId: string;
  readonly databaseId: string;
  /** Firestore's documents are all in `(default)`: a trigger for another namespace waits in vain. */
  readonly namespace: string;
  readonly kind: ChangeKind | 'written';
  readonly document: DocumentPattern;
  /** 1st generation functions get another event format. */
  readonly generation: 1 | 2;
  /** The event type as it was registered, e.g. `google.cloud.firestore.document.v1.created`. */
  readonly eventType: string;
}

const WILDCARDS: ReadonlyMap<string, string> = new Map([
  ['*', '[^/]+'],
  ['**', '.+'],
]);

/** A document path with wildcards: `jobs/{jobId}`, `jobs/{jobId}/{rest=**}`, and Eventarc's plain `*` and `**`. */
export class DocumentPattern {
  private readonly expression: RegExp;
  private readonly names: readonly string[];

  constructor(pattern: string) {
    const names: string[] = [];
    const segments = pattern.replace(/^\/|\/$/g, '').split('/');
    const sources = segments.map((segment) => {
      const [, name, capture = '*'] = /^\{([^}=]+)(?:=(\*\*?))?\}$/.exec(segment) ?? [];
      if (name === undefined) return WILDCARDS.get(segment) ?? escapeForRegExp(segment);
      names.push(name);
      return `(${WILDCARDS.get(capture) ?? ''})`;
    });
    this.expression = new RegExp(`^${sources.join('/')}$`, 's');
    this.names = names;
  }

  /** What the wildcards hold in a path, or undefined where the path does not match. */
  match(path: string): Record<string, string> | undefined {
    const groups = this.expression.exec(path)?.slice(1);
    return (
      groups && Object.fromEntries(this.names.map((name, index) => [name, groups[index] ?? '']))
    );
  }
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** What happened to a document. */
export function kindOf({ before, after }: DocumentChange): ChangeKind {
  if (before === undefined) return 'created';
  return after === undefined ? 'deleted' : 'updated';
}

/** Reads the body by which the Functions emulator registers a 2nd generation function. */
export function readEventarcTrigger(projectId: string, key: string, body: unknown): Trigger {
  const { eventType, database, namespace, document } = asObject(body, 'the trigger');
  const { value } = asObject(document, 'document');
  const type = asString(eventType, 'eventType');
  const kind = /\.document\.v1\.(created|updated|deleted|written)/.exec(type)?.[1];
  return {
    key,
    projectId,
    databaseId: typeof database === 'string' ? database : DEFAULT,
    namespace: typeof namespace === 'string' ? namespace : DEFAULT,
    kind: asKind(kind, type),
    document: new DocumentPattern(asString(value, 'document.value')),
    generation: 2,
    eventType: type,
  };
}

const FIRST_GENERATION_KINDS: Readonly<Record<string, string>> = {
  create: 'created',
  update: 'updated',
  delete: 'deleted',
  write: 'written',
};

/** Reads the body by which the Functions emulator registers a 1st generation function. */
export function readBackgroundTrigger(projectId: string, key: string, body: unknown): Trigger {
  const { eventTrigger } = asObject(body, 'the trigger');
  const { eventType, resource } = asObject(eventTrigger, 'eventTrigger');
  const type = asString(eventType, 'eventTrigger.eventType');
  const name = asString(resource, 'eventTrigger.resource');
  const match = /databases\/([^/]+)\/documents(?:@([^/]+))?\/(.+)$/s.exec(name);
  return {
    key,
    projectId,
    databaseId: match?.[1] ?? DEFAULT,
    namespace: match?.[2] ?? DEFAULT,
    kind: asKind(FIRST_GENERATION_KINDS[type.split('.').at(-1) ?? ''], type),
    document: new DocumentPattern(match?.[3] ?? name),
    generation: 1,
    eventType: type,
  };
}

function asKind(kind: string | undefined, type: string): Trigger['kind'] {
  if (kind === 'created' || kind === 'updated' || kind === 'deleted' || kind === 'written') {
    return kind;
  }
  throw new TypeError(`Unknown event type ${type}.`);
}

function asObject(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new TypeError(`Expected ${name}.`);
  return { ...value };
}

function asString(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new TypeError(`Expected a string for ${name}.`);
  return value;
}
