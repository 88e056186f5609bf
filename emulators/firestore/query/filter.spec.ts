import assert from 'node:assert/strict';
import type { Value } from '../model/value.js';
import { FALSE_VALUE, NULL_VALUE, TRUE_VALUE } from '../model/value.js';
import { matchesFilter } from './filter.js';
import type { FieldOperator, Filter, UnaryOperator } from './query.js';

const DATABASE = { projectId: 'p', databaseId: 'd' };

const integer = (n: number): Value => ({ type: 'integer', value: BigInt(n) });
const double = (n: number): Value => ({ type: 'double', value: n });
const string = (text: string): Value => ({ type: 'string', value: text });
const array = (...values: Value[]): Value => ({ type: 'array', values });
const NAN = double(NaN);

/** Values of a field by the names that the tables below have for them. */
const VALUES = {
  null: NULL_VALUE,
  true: TRUE_VALUE,
  false: FALSE_VALUE,
  NaN: NAN,
  minus: integer(-1),
  one: integer(1),
  '1.0': double(1),
  two: integer(2),
  a: string('a'),
  '[]': array(),
  '[1]': array(integer(1)),
  '[null, NaN, a]': array(NULL_VALUE, NAN, string('a')),
} as const satisfies Record<string, Value>;

function matches(fields: ReadonlyMap<string, Value>, filter: Filter): boolean {
  const document = { path: 'c/1', fields, createTime: 0n, updateTime: 0n };
  return matchesFilter(DATABASE, document, filter);
}

function matchedBy(filter: Filter): string[] {
  const names = Object.entries(VALUES);
  return names
    .filter(([, value]) => matches(new Map([['f', value]]), filter))
    .map(([name]) => name);
}

const where = (operator: FieldOperator, value: Value): Filter => ({
  kind: 'field',
  field: ['f'],
  operator,
  value,
});
const allBut = (...names: string[]): string[] =>
  Object.keys(VALUES).filter((name) => !names.includes(name));

describe('filters', () => {
  const rows: readonly (readonly [operator: FieldOperator, operand: Value, matched: string[]])[] = [
    ['EQUAL', integer(1), ['one', '1.0']],
    ['EQUAL', NULL_VALUE, []],
    ['EQUAL', NAN, []],
    ['EQUAL', array(double(1)), ['[1]']],
    ['NOT_EQUAL', integer(1), allBut('null', 'one', '1.0')],
    ['NOT_EQUAL', NULL_VALUE, []],
    ['LESS_THAN', integer(1), ['minus']],
    ['LESS_THAN_OR_EQUAL', integer(1), ['minus', 'one', '1.0']],
    ['GREATER_THAN', integer(-1), ['one', '1.0', 'two']],
    ['GREATER_THAN_OR_EQUAL', double(1), ['one', '1.0', 'two']],
    ['LESS_THAN', NAN, []],
    ['GREATER_THAN_OR_EQUAL', NULL_VALUE, []],
    ['GREATER_THAN', FALSE_VALUE, ['true']],
    ['GREATER_THAN', array(), ['[1]', '[null, NaN, a]']],
    ['IN', array(integer(1), string('a')), ['one', '1.0', 'a']],
    ['IN', array(NULL_VALUE, NAN), []],
    ['NOT_IN', array(integer(1), string('a')), allBut('null', 'one', '1.0', 'a')],
    ['NOT_IN', array(NULL_VALUE, integer(1)), []],
    ['ARRAY_CONTAINS', double(1), ['[1]']],
    ['ARRAY_CONTAINS', string('a'), ['[null, NaN, a]']],
    ['ARRAY_CONTAINS', NULL_VALUE, []],
    ['ARRAY_CONTAINS', NAN, []],
    ['ARRAY_CONTAINS_ANY', array(integer(1), string('a')), ['[1]', '[null, NaN, a]']],
    ['ARRAY_CONTAINS_ANY', array(integer(2)), []],
  ];
  for (const [operator, operand, matched] of rows) {
    const text = Object.entries(VALUES).find(([, value]) => value === operand)?.[0];
    const shown =
      text ??
      JSON.stringify(operand, (_, part: unknown) =>
        typeof part === 'bigint' ? Number(part) : part,
      );
    it(`${operator} ${shown} matches ${matched.join(', ') || 'nothing'}`, () => {
      assert.deepEqual(matchedBy(where(operator, operand)), matched);
    });
  }

  const unary: Record<UnaryOperator, string[]> = {
    IS_NULL: ['null'],
    IS_NOT_NULL: allBut('null'),
    IS_NAN: ['NaN'],
    IS_NOT_NAN: allBut('null', 'NaN'),
  };
  for (const [name, matched] of Object.entries(unary)) {
    it(`${name} matches what it says`, () => {
      const operator = name as UnaryOperator;
      assert.deepEqual(matchedBy({ kind: 'unary', field: ['f'], operator }), matched);
    });
  }

  it('match nothing where the field is missing', () => {
    const without = new Map([['other', integer(1)]]);
    for (const [operator, operand] of rows) {
      assert.equal(matches(without, where(operator, operand)), false);
    }
    for (const operator of Object.keys(unary) as UnaryOperator[]) {
      assert.equal(matches(without, { kind: 'unary', field: ['f'], operator }), false);
    }
  });

  it('see the document’s name as a reference, and fields within maps', () => {
    const value = { type: 'reference', value: 'projects/p/databases/d/documents/c/1' } as const;
    const byName: Filter = { kind: 'field', field: ['__name__'], operator: 'EQUAL', value };
    assert.equal(matches(new Map(), byName), true);
    const map: Value = { type: 'map', fields: new Map([['x', integer(1)]]) };
    const inMap: Filter = {
      kind: 'field',
      field: ['m', 'x'],
      operator: 'EQUAL',
      value: integer(1),
    };
    assert.equal(matches(new Map([['m', map]]), inMap), true);
  });

  it('combine: all of an and, one of an or', () => {
    const [low, high] = [where('LESS_THAN', integer(2)), where('GREATER_THAN', integer(0))];
    assert.deepEqual(matchedBy({ kind: 'and', filters: [low, high] }), ['one', '1.0']);
    assert.deepEqual(matchedBy({ kind: 'or', filters: [low, high] }), [
      'minus',
      'one',
      '1.0',
      'two',
    ]);
  });
});
