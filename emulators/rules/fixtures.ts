import type { RulesRequest, RulesValue } from './api.js';

/** What specs of rules write instead of tagged values; a number that is whole is an int. */
export type Plain =
  | null
  | boolean
  | number
  | string
  | Date
  | readonly Plain[]
  | { readonly [key: string]: Plain }
  | Tagged;

/** A value that has no plain form, such as `unknown` or a partial map. */
export class Tagged {
  constructor(readonly value: RulesValue) {}
}

export const unknown = new Tagged({ type: 'unknown' });

/** A map of which only these fields are known, some of them as values that have no plain form. */
export function partial(
  fields: Readonly<Record<string, Plain>>,
  tagged: Readonly<Record<string, RulesValue>> = {},
): Tagged {
  const all = new Map([...fieldsOf(fields), ...Object.entries(tagged)]);
  return new Tagged({ type: 'map', fields: all, partial: true });
}

/** The value of the rules language for a plain one. */
export function valueOf(plain: Plain): RulesValue {
  if (plain === null) return { type: 'null' };
  if (plain instanceof Tagged) return plain.value;
  if (plain instanceof Date) {
    const millis = plain.getTime();
    const nanos = (((millis % 1000) + 1000) % 1000) * 1_000_000;
    return { type: 'timestamp', seconds: BigInt(Math.floor(millis / 1000)), nanos };
  }
  switch (typeof plain) {
    case 'boolean':
      return { type: 'bool', value: plain };
    case 'string':
      return { type: 'string', value: plain };
    case 'number':
      return Number.isInteger(plain)
        ? { type: 'int', value: BigInt(plain) }
        : { type: 'float', value: plain };
    default:
      return isList(plain)
        ? { type: 'list', items: plain.map(valueOf) }
        : { type: 'map', fields: fieldsOf(plain) };
  }
}

function isList(
  plain: readonly Plain[] | Readonly<Record<string, Plain>>,
): plain is readonly Plain[] {
  return Array.isArray(plain);
}

function fieldsOf(fields: Readonly<Record<string, Plain>>): ReadonlyMap<string, RulesValue> {
  return new Map(Object.entries(fields).map(([key, value]) => [key, valueOf(value)]));
}

/** A request in plain values; what is left out is null, the method `get`. */
export interface PlainRequest {
  readonly method?: RulesRequest['method'];
  /** Below the service's root, e.g. `databases/(default)/documents/users/u1`. */
  readonly path: string;
  readonly auth?: Plain;
  readonly resource?: Plain;
  readonly requestResource?: Plain;
  readonly time?: Date;
  readonly collectionGroup?: boolean;
  readonly sharedReads?: Set<string>;
  /** Data by full path, for `get`, and what the write would leave, for `getAfter`. */
  readonly documents?: Readonly<Record<string, Plain>>;
  readonly documentsAfter?: Readonly<Record<string, Plain>>;
}

/** The request that the evaluator takes. */
export function requestOf(plain: PlainRequest): RulesRequest {
  const { documents = {}, documentsAfter = documents, collectionGroup, sharedReads } = plain;
  return {
    method: plain.method ?? 'get',
    path: plain.path.split('/'),
    request: new Map([['auth', valueOf(plain.auth ?? null)]]),
    time: plain.time ?? new Date(0),
    resource: valueOf(plain.resource ?? null),
    requestResource: valueOf(plain.requestResource ?? null),
    getDocument: (path) => Promise.resolve(documentOf(documents, path)),
    getDocumentAfter: (path) => Promise.resolve(documentOf(documentsAfter, path)),
    ...(collectionGroup === undefined ? {} : { collectionGroup }),
    ...(sharedReads === undefined ? {} : { sharedReads }),
  };
}

function documentOf(
  documents: Readonly<Record<string, Plain>>,
  path: readonly string[],
): RulesValue | null {
  const data = documents[path.join('/')];
  return data === undefined ? null : valueOf({ data, id: path.at(-1) ?? '' });
}
