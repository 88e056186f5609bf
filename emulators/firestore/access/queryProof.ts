import type { RulesValue } from '../../rules/api.js';
import type { FieldPath } from '../model/fieldPath.js';
import { isNameField } from '../model/fieldPath.js';
import type { Value } from '../model/value.js';
import { NULL_VALUE } from '../model/value.js';
import type { FieldOperator, Filter, Query, UnaryOperator } from '../query/query.js';
import { both, provenEqual, provenRange, provenWithout, type Fact } from './facts.js';
import { resourceValue, rulesPath } from './rulesValues.js';

/** A query that needs more cases than this is judged as if it had no filter. */
const MAX_CASES = 100;

const EXISTS: RulesValue = { type: 'unknown', constraint: {} };

/** What the rules may know of a query's results: one case per alternative of its `or` and `in`. */
export interface QueryCase {
  readonly path: readonly string[];
  readonly resource: RulesValue;
}

/**
 * The cases that together cover every document a query can find. Each carries what its filters and
 * its order prove; all else about the document is unknown. The rules must permit every case.
 */
export function queryCases(databaseId: string, query: Query): QueryCase[] {
  const alternatives = query.where === undefined ? [[]] : casesOf(query.where);
  const ordered = query.orderBy.map(({ field }) => ({ field, value: EXISTS }));
  return alternatives.map((facts) => caseOf(databaseId, query, [...ordered, ...facts]));
}

function caseOf(databaseId: string, query: Query, facts: readonly Fact[]): QueryCase {
  const data = facts
    .filter(({ field }) => !isNameField(field))
    .reduce((map, { field, value }) => withKnown(map, field, value), emptyPartial());
  const name = facts.find(({ field, value }) => isNameField(field) && value.type === 'path')?.value;
  if (name?.type === 'path' && !query.allDescendants) {
    const document = name.segments.slice(3).join('/');
    return {
      path: rulesPath(databaseId, document),
      resource: resourceValue(databaseId, document, data),
    };
  }
  const collection = query.collectionId === undefined ? [] : [query.collectionId];
  return {
    path: [...rulesPath(databaseId, query.parent), ...collection],
    resource: { type: 'map', fields: new Map<string, RulesValue>([['data', data]]), partial: true },
  };
}

function casesOf(filter: Filter): Fact[][] {
  const cases = expand(filter);
  return cases.length > MAX_CASES ? [[]] : cases;
}

/** The filter as alternatives of what they prove. */
function expand(filter: Filter): Fact[][] {
  switch (filter.kind) {
    case 'or':
      return filter.filters.flatMap(expand);
    case 'and':
      return filter.filters.reduce<Fact[][]>(
        (cases, part) => {
          if (cases.length > MAX_CASES) return cases;
          const further = expand(part);
          return cases.flatMap((facts) => further.map((more) => [...facts, ...more]));
        },
        [[]],
      );
    case 'unary':
      return [[{ field: filter.field, value: provenByUnary(filter.operator) }]];
    case 'field':
      return provenBy(filter.operator, filter.value).map((value) => [
        { field: filter.field, value },
      ]);
  }
}

function provenByUnary(operator: UnaryOperator): RulesValue {
  switch (operator) {
    case 'IS_NULL':
      return { type: 'null' };
    case 'IS_NAN':
      return { type: 'float', value: NaN };
    case 'IS_NOT_NULL':
    case 'IS_NOT_NAN':
      return provenWithout([NULL_VALUE]);
  }
}

/** What each alternative of a filter proves of its field. Every filter proves that the field exists. */
function provenBy(operator: FieldOperator, operand: Value): RulesValue[] {
  const items = operand.type === 'array' ? operand.values : [];
  switch (operator) {
    case 'EQUAL':
      return [provenEqual(operand)];
    case 'IN':
      return items.map(provenEqual);
    case 'ARRAY_CONTAINS':
      return [containing(operand)];
    case 'ARRAY_CONTAINS_ANY':
      return items.map(containing);
    case 'NOT_EQUAL':
      return [provenWithout([NULL_VALUE, operand])];
    case 'NOT_IN':
      return [provenWithout([NULL_VALUE, ...items])];
    default:
      return [provenRange(operator, operand)];
  }
}

const containing = (item: Value): RulesValue => ({
  type: 'list',
  items: [provenEqual(item)],
  partial: true,
});

type MapValue = Extract<RulesValue, { type: 'map' }>;

function emptyPartial(): MapValue {
  return { type: 'map', fields: new Map(), partial: true };
}

function withKnown(map: MapValue, field: FieldPath, value: RulesValue): MapValue {
  const [first, ...rest] = field;
  if (first === undefined) return map;
  const child = map.fields.get(first);
  const below = child?.type === 'map' ? child : emptyPartial();
  const next =
    rest.length > 0
      ? withKnown(below, rest, value)
      : child === undefined
        ? value
        : both(child, value);
  return { ...map, fields: new Map([...map.fields, [first, next]]) };
}
