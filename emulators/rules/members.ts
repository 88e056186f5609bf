import { RulesError } from './errors.js';
import { fieldOf, list, path, string, UNKNOWN, type Value } from './values.js';

/** `object.name`: a map's field, or what was bound to a path under this name. */
export function member(object: Value, name: string): Value {
  if (object.type === 'unknown') return UNKNOWN;
  if (object.type === 'null') throw new RulesError('Null value error.');
  if (object.type !== 'map' && object.type !== 'path') {
    throw new RulesError(`Type error. Received: [${object.type}] Expected: [map,path].`);
  }
  const bound = object.type === 'path' ? object.bindings?.get(name) : undefined;
  const field = object.type === 'map' ? fieldOf(object, name) : null;
  if (bound !== undefined) return string(bound);
  if (!field) throw new RulesError(`Property ${name} is undefined on object.`);
  return field;
}

/** `object[index]`: by position in a list, string or path, by name in a map or path. */
export function element(object: Value, index: Value): Value {
  if (object.type === 'unknown' || index.type === 'unknown') return UNKNOWN;
  if (object.type === 'list' && object.partial === true) return UNKNOWN;
  const isNamed = object.type === 'path' && index.type === 'string';
  if (object.type === 'map' || isNamed) return member(object, keyOf(index));
  const position = positionOf(index);
  const items = itemsOf(object);
  const item = items[position];
  if (!item) throw outOfBounds(position, items.length);
  return item;
}

/** `object[from:to]`, without `to`. */
export function range(object: Value, from: Value, to: Value): Value {
  if (object.type === 'unknown' || from.type === 'unknown' || to.type === 'unknown') return UNKNOWN;
  if (object.type === 'list' && object.partial === true) return UNKNOWN;
  const items = itemsOf(object);
  const [start, end] = [positionOf(from), positionOf(to)];
  if (start < 0 || end < start || end > items.length) {
    throw outOfBounds(start < 0 || end < start ? start : end - 1, items.length);
  }
  const chosen = items.slice(start, end);
  if (object.type === 'list') return list(chosen);
  const texts = chosen.map(keyOf);
  return object.type === 'path' ? path(texts) : string(texts.join(''));
}

/** What `[i]` and `[i:j]` choose from: a list's items, a string's characters, a path's segments. */
function itemsOf(object: Value): readonly Value[] {
  switch (object.type) {
    case 'list':
      return object.items;
    case 'string':
      return Array.from(object.value, string);
    case 'path':
      return object.segments.map(string);
    case 'null':
      throw new RulesError('Null value error.');
    default:
      throw new RulesError(`${object.type} cannot be indexed.`);
  }
}

function outOfBounds(index: number, size: number): RulesError {
  return new RulesError(`Index out of bound error. Index: [${index}] , size: [${size}].`);
}

function positionOf(value: Value): number {
  if (value.type !== 'int') throw new RulesError(`An index must be an int, not ${value.type}.`);
  return Number(value.value);
}

/** The name of a map's field. */
export function keyOf(value: Value): string {
  if (value.type !== 'string') throw new RulesError(`A key must be a string, not ${value.type}.`);
  return value.value;
}
