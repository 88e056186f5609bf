import { Code, FirestoreError } from './status.js';
import type { Fields, Value } from './value.js';

/** The segments of a field path: `a.b` is `['a', 'b']`. */
export type FieldPath = readonly string[];

/** The pseudo field that holds a document's name. */
export const NAME_FIELD = '__name__';

/** Whether a path is the document's name. */
export function isNameField(path: FieldPath): boolean {
  return path.length === 1 && path[0] === NAME_FIELD;
}

/** Reads `a.b`, with quoted segments: `` a.`odd.name` ``, where a backslash escapes. */
export function parseFieldPath(text: string): FieldPath {
  const segments: string[] = [];
  const segment = /(?:`((?:[^`\\]|\\.)*)`|([^.`]+))(\.|$)/sy;
  let separator = '.';
  while (separator === '.') {
    const match = segment.exec(text);
    if (match === null) throw new FirestoreError(Code.InvalidArgument, invalidPath(text));
    segments.push(match[1]?.replace(/\\(.)/gs, '$1') ?? match[2] ?? '');
    separator = match[3] ?? '';
  }
  return segments;
}

/** Writes a field path so that parseFieldPath reads it back. */
export function formatFieldPath(path: FieldPath): string {
  return path
    .map((segment) =>
      /^[A-Za-z_][A-Za-z0-9_]*$/.test(segment)
        ? segment
        : `\`${segment.replace(/[\\`]/g, (character) => `\\${character}`)}\``,
    )
    .join('.');
}

/** The value at a path, or undefined where there is none. */
export function getField(fields: Fields, path: FieldPath): Value | undefined {
  let value: Value | undefined;
  let level: Fields | undefined = fields;
  for (const segment of path) {
    value = level?.get(segment);
    level = value?.type === 'map' ? value.fields : undefined;
  }
  return value;
}

/**
 * Fields with the value at a path replaced, or removed where `value` is undefined. Maps on the way
 * are made where they are missing, except for a removal, which then changes nothing.
 */
export function withField(fields: Fields, path: FieldPath, value: Value | undefined): Fields {
  const [first, ...rest] = path;
  if (first === undefined) return fields;
  const result = new Map(fields);
  if (rest.length === 0) {
    if (value === undefined) result.delete(first);
    else result.set(first, value);
    return result;
  }
  const child = fields.get(first);
  if (child?.type !== 'map' && value === undefined) return fields;
  const below = child?.type === 'map' ? child.fields : new Map<string, Value>();
  result.set(first, { type: 'map', fields: withField(below, rest, value) });
  return result;
}

/** Only the fields that the paths name. */
export function selectFields(fields: Fields, paths: readonly FieldPath[]): Fields {
  let result: Fields = new Map<string, Value>();
  for (const path of paths) {
    const value = getField(fields, path);
    if (value !== undefined) result = withField(result, path, value);
  }
  return result;
}

function invalidPath(text: string): string {
  return `Invalid field path "${text}".`;
}
