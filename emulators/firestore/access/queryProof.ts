import type { RulesValue } from '../../rules/api.js';
import { isNameField } from '../model/fieldPath.js';
import type { FieldPath } from '../model/fieldPath.js';
import type { Value } from '../model/value.js';
import { NULL_VALUE } from '../model/value.js';
import type { Filter, Query } from '../query/query.js';
import { resourceValue, rulesPath, toRulesValue } from './rulesValues.js';

/** A field that every result of a query has with this value. */
interface FixedField {
  readonly field: FieldPath;
  readonly value: Value;
}

/** A query that needs more cases than this is judged as if it had no filter. */
const MAX_CASES = 100;

/** What the rules may know of a query's results: one case per alternative of its `or` and `in`. */
export interface QueryCase {
  readonly path: readonly string[];
  readonly resource: RulesValue;
}

/**
 * The cases that together cover every document a query can find. Each fixes what equality filters
 * prove; all else about the document is unknown. The rules must permit every case.
 */
export function queryCases(databaseId: string, query: Query): QueryCase[] {
  const alternatives = query.where === undefined ? [[]] : casesOf(query.where);
  return alternatives.map((fixed) => caseOf(databaseId, query, fixed));
}

function caseOf(databaseId: string, query: Query, fixed: readonly FixedField[]): QueryCase {
  const data = fixed
    .filter(({ field }) => !isNameField(field))
    .reduce((map, { field, value }) => withKnown(map, field, toRulesValue(value)), emptyPartial());
  const collection = query.collectionId === undefined ? [] : [query.collectionId];
  const path = [...rulesPath(databaseId, query.parent), ...collection];
  const name = fixed.find(({ field }) => isNameField(field))?.value;
  if (name?.type === 'reference' && !query.allDescendants) {
    const document = name.value.replace(/^.*?\/documents\//s, '');
    return {
      path: rulesPath(databaseId, document),
      resource: resourceValue(databaseId, document, data),
    };
  }
  return {
    path,
    resource: { type: 'map', fields: new Map<string, RulesValue>([['data', data]]), partial: true },
  };
}

function casesOf(filter: Filter): FixedField[][] {
  const cases = expand(filter);
  return cases.length > MAX_CASES ? [[]] : cases;
}

/** The filter as alternatives of what they fix; one that fixes nothing gives an empty case. */
function expand(filter: Filter): FixedField[][] {
  switch (filter.kind) {
    case 'or':
      return filter.filters.flatMap(expand);
    case 'and':
      return filter.filters.reduce<FixedField[][]>(
        (cases, part) => {
          if (cases.length > MAX_CASES) return cases;
          const further = expand(part);
          return cases.flatMap((fixed) => further.map((more) => [...fixed, ...more]));
        },
        [[]],
      );
    case 'unary':
      return filter.operator === 'IS_NULL' ? [[{ field: filter.field, value: NULL_VALUE }]] : [[]];
    case 'field': {
      const { field, operator, value } = filter;
      if (operator === 'EQUAL') return [[{ field, value }]];
      if (operator === 'IN' && value.type === 'array') {
        return value.values.map((item) => [{ field, value: item }]);
      }
      return [[]];
    }
  }
}

type MapValue = Extract<RulesValue, { type: 'map' }>;

function emptyPartial(): MapValue {
  return { type: 'map', fields: new Map(), partial: true };
}

function withKnown(map: MapValue, field: FieldPath, value: RulesValue): MapValue {
  const [first, ...rest] = field;
  if (first === undefined) return map;
  const child = map.fields.get(first);
  const below = child?.type === 'map' ? child : emptyPartial();
  const next = rest.length === 0 ? value : withKnown(below, rest, value);
  return { ...map, fields: new Map([...map.fields, [first, next]]) };
}
