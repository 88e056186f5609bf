import type { RulesValue } from '../../rules/api.js';
import { splitInstant } from '../model/clock.js';
import { lastSegment, parseName } from '../model/path.js';
import type { Fields, Value } from '../model/value.js';

/** A document's value as the rules see it. */
export function toRulesValue(value: Value): RulesValue {
  switch (value.type) {
    case 'null':
      return { type: 'null' };
    case 'boolean':
      return { type: 'bool', value: value.value };
    case 'integer':
      return { type: 'int', value: value.value };
    case 'double':
      return { type: 'float', value: value.value };
    case 'timestamp':
      return { type: 'timestamp', ...splitInstant(value.value) };
    case 'geoPoint':
      return { type: 'latlng', latitude: value.latitude, longitude: value.longitude };
    case 'reference': {
      const { databaseId, path } = parseName(value.value);
      return pathValue(databaseId, path);
    }
    case 'array':
      return { type: 'list', items: value.values.map(toRulesValue) };
    case 'map':
      return fieldsToRules(value.fields);
    default:
      return value;
  }
}

/** The `resource` variable for a document: `data`, `id` and `__name__`. */
export function resourceValue(databaseId: string, path: string, data: RulesValue): RulesValue {
  return {
    type: 'map',
    fields: new Map<string, RulesValue>([
      ['data', data],
      ['id', { type: 'string', value: lastSegment(path) }],
      ['__name__', pathValue(databaseId, path)],
    ]),
  };
}

export function fieldsToRules(fields: Fields): RulesValue {
  return {
    type: 'map',
    fields: new Map([...fields].map(([name, value]) => [name, toRulesValue(value)] as const)),
  };
}

/** The segments that the rules use for a document's path. */
export function rulesPath(databaseId: string, path: string): string[] {
  const below = path === '' ? [] : path.split('/');
  return ['databases', databaseId, 'documents', ...below];
}

function pathValue(databaseId: string, path: string): RulesValue {
  return { type: 'path', segments: rulesPath(databaseId, path) };
}
