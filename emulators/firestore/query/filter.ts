import { compareValues, typeOrder, valuesEqual } from '../model/compare.js';
import type { FieldPath } from '../model/fieldPath.js';
import { getField, isNameField } from '../model/fieldPath.js';
import type { DatabaseId } from '../model/path.js';
import { formatName } from '../model/path.js';
import type { StoredDocument } from '../model/document.js';
import type { Value } from '../model/value.js';
import { elementsOf } from '../model/value.js';
import type { FieldOperator, Filter, UnaryOperator } from './query.js';

/** The value that filters and orders see: a field's, or the document's name as a reference. */
export function fieldOf(
  database: DatabaseId,
  document: StoredDocument,
  field: FieldPath,
): Value | undefined {
  return isNameField(field)
    ? { type: 'reference', value: formatName(database, document.path) }
    : getField(document.fields, field);
}

/** Whether a document meets a filter. */
export function matchesFilter(
  database: DatabaseId,
  document: StoredDocument,
  filter: Filter,
): boolean {
  const matches = (part: Filter): boolean => matchesFilter(database, document, part);
  switch (filter.kind) {
    case 'and':
      return filter.filters.every(matches);
    case 'or':
      return filter.filters.some(matches);
    case 'field': {
      const value = fieldOf(database, document, filter.field);
      return value !== undefined && matchesField(value, filter.operator, filter.value);
    }
    case 'unary': {
      const value = fieldOf(database, document, filter.field);
      return value !== undefined && matchesUnary(value, filter.operator);
    }
  }
}

function matchesField(value: Value, operator: FieldOperator, operand: Value): boolean {
  switch (operator) {
    case 'EQUAL':
      return equals(value, operand);
    case 'NOT_EQUAL':
      return value.type !== 'null' && operand.type !== 'null' && !equals(value, operand);
    case 'IN':
      return elementsOf(operand).some((item) => equals(item, value));
    case 'NOT_IN':
      return value.type !== 'null' && !excludedBy(operand, value);
    case 'ARRAY_CONTAINS':
      return elementsOf(value).some((item) => equals(item, operand));
    case 'ARRAY_CONTAINS_ANY':
      return elementsOf(value).some((item) =>
        elementsOf(operand).some((wanted) => equals(item, wanted)),
      );
    default:
      return inRange(value, operator, operand);
  }
}

/** Equality in filters: null and NaN equal nothing; IS_NULL and IS_NAN find them. */
function equals(a: Value, b: Value): boolean {
  return a.type !== 'null' && !isNotANumber(a) && valuesEqual(a, b);
}

/** A null in the list of a not-in makes it match nothing, as in SQL. */
function excludedBy(operand: Value, value: Value): boolean {
  return elementsOf(operand).some((item) => item.type === 'null' || equals(item, value));
}

function inRange(
  value: Value,
  operator: 'LESS_THAN' | 'LESS_THAN_OR_EQUAL' | 'GREATER_THAN' | 'GREATER_THAN_OR_EQUAL',
  operand: Value,
): boolean {
  if (typeOrder(value) !== typeOrder(operand) || operand.type === 'null') return false;
  if (isNotANumber(value) || isNotANumber(operand)) return false;
  const order = compareValues(value, operand);
  switch (operator) {
    case 'LESS_THAN':
      return order < 0;
    case 'LESS_THAN_OR_EQUAL':
      return order <= 0;
    case 'GREATER_THAN':
      return order > 0;
    case 'GREATER_THAN_OR_EQUAL':
      return order >= 0;
  }
}

function matchesUnary(value: Value, operator: UnaryOperator): boolean {
  const isNaN = isNotANumber(value);
  switch (operator) {
    case 'IS_NULL':
      return value.type === 'null';
    case 'IS_NOT_NULL':
      return value.type !== 'null';
    case 'IS_NAN':
      return isNaN;
    case 'IS_NOT_NAN':
      return value.type !== 'null' && !isNaN;
  }
}

function isNotANumber(value: Value): boolean {
  return value.type === 'double' && Number.isNaN(value.value);
}
