import { Code, FirestoreError } from './status.js';
import { compareStrings } from '../../strings.js';

/** Names one database: `projects/{projectId}/databases/{databaseId}`. */
export interface DatabaseId {
  readonly projectId: string;
  readonly databaseId: string;
}

/** A resource in a database; `path` is below `documents`, without slashes at its ends. */
export interface ResourceName extends DatabaseId {
  readonly path: string;
}

/** Figures: firebase.google.com/docs/firestore/quotas. The first is of a document's id or a collection's. */
const MAX_ID_BYTES = 1500;
const MAX_NAME_BYTES = 6144;
const MAX_COLLECTIONS = 100;

const NAME = /^projects\/([^/]+)\/databases\/([^/]+)(?:\/documents(?:\/(.*))?)?$/s;

/** Splits a full name of a database, of its root or of something below; INVALID_ARGUMENT else. */
export function parseName(name: string): ResourceName {
  const match = NAME.exec(name);
  const [, projectId, databaseId, path = ''] = match ?? [];
  if (projectId === undefined || databaseId === undefined) {
    throw invalid(`Invalid resource name: "${name}".`);
  }
  return { projectId, databaseId, path };
}

/** The full resource name of a path below a database's root (the root itself for ''). */
export function formatName(database: DatabaseId, path: string): string {
  const root = `projects/${database.projectId}/databases/${database.databaseId}/documents`;
  return path === '' ? root : `${root}/${path}`;
}

/** The path of a document's name; INVALID_ARGUMENT for anything else. */
export function documentPath(name: string): string {
  const { path } = parseName(name);
  const segments = path.split('/');
  if (path === '' || segments.length % 2 !== 0 || segments.includes('')) {
    throw invalid(`Document name "${name}" has invalid or missing segments.`);
  }
  for (const [index, id] of segments.entries()) checkId(name, id, index % 2 === 0);
  if (segments.length > 2 * MAX_COLLECTIONS) {
    throw invalid(`Key path is too long. Cannot exceed ${MAX_COLLECTIONS} elements.`);
  }
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
    throw invalid(`The document name is longer than ${MAX_NAME_BYTES} bytes.`);
  }
  return path;
}

/** The root or document that a name stands for, below which to look; INVALID_ARGUMENT for others. */
export function parseParent(name: string): ResourceName {
  const parsed = parseName(name);
  return parsed.path === '' ? parsed : { ...parsed, path: documentPath(name) };
}

/** Refuses what is not a collection's id. */
export function checkCollectionId(id: string): void {
  if (id.includes('/')) {
    throw invalid(`Collection id "${id}" is invalid because it contains "/".`);
  }
  checkId(id, id, true);
}

/** Ids that Firestore refuses; `__id7__` is a number's, from a Datastore import. */
function checkId(name: string, id: string, isCollection: boolean): void {
  if (id === '.' || id === '..') {
    throw invalid(`Document name "${name}" contains a resource id "${id}".`);
  }
  if (/^__.+__$/s.test(id) && (isCollection || numericId(id) === undefined)) {
    const kind = isCollection ? 'Collection' : 'Resource';
    throw invalid(`${kind} id "${id}" is invalid because it is reserved.`);
  }
  if (Buffer.byteLength(id) > MAX_ID_BYTES) {
    throw invalid(`The key path element name is longer than ${MAX_ID_BYTES} bytes.`);
  }
}

/** The path of the collection that a document is in. */
export function collectionOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** The last segment: a document's id, or a collection's. */
export function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether a path is below another; all are below the root, ''. */
export function isBelow(path: string, parent: string): boolean {
  return parent === '' || path.startsWith(`${parent}/`);
}

/** Joins a parent (possibly the root, '') and what is below it. */
export function joinPath(parent: string, child: string): string {
  return parent === '' ? child : `${parent}/${child}`;
}

/** Order of resource names or paths, segment by segment; numeric ids (`__id7__`) come first. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  // The first segments that differ begin after the last slash of what the two have in common.
  let common = 0;
  while (common < a.length && a.charCodeAt(common) === b.charCodeAt(common)) common += 1;
  const start = common === 0 ? 0 : a.lastIndexOf('/', common - 1) + 1;
  return compareSegments(segmentAt(a, start), segmentAt(b, start)) || a.length - b.length;
}

function segmentAt(name: string, start: number): string {
  const end = name.indexOf('/', start);
  return end < 0 ? name.slice(start) : name.slice(start, end);
}

function compareSegments(a: string, b: string): number {
  const numberA = numericId(a);
  const numberB = numericId(b);
  if (numberA !== undefined && numberB !== undefined) {
    return numberA < numberB ? -1 : numberA > numberB ? 1 : 0;
  }
  if (numberA !== undefined) return -1;
  if (numberB !== undefined) return 1;
  return compareStrings(a, b);
}

function numericId(segment: string): bigint | undefined {
  if (!segment.startsWith('__id')) return undefined;
  const digits = /^__id(0|-?[1-9]\d*)__$/.exec(segment)?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}

function invalid(message: string): FirestoreError {
  return new FirestoreError(Code.InvalidArgument, message);
}
