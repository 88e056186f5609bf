import assert from 'node:assert/strict';
import { NULL_VALUE } from '../model/value.js';
import type { NumberValue, Value } from '../model/value.js';
import type { FieldTransform } from './transform.js';
import { applyTransform } from './transform.js';

const integer = (n: number | bigint): NumberValue => ({ type: 'integer', value: BigInt(n) });
const double = (n: number): NumberValue => ({ type: 'double', value: n });
const string: Value = { type: 'string', value: 'a' };
const array = (...values: Value[]): Value => ({ type: 'array', values });
const field = ['f'];
const MAX = integer(2n ** 63n - 1n);
const MIN = integer(-(2n ** 63n));

function outcome(current: Value | undefined, transform: FieldTransform): [Value, Value] {
  const { value, result } = applyTransform(current, transform, 7000n);
  return [value, result];
}

describe('transforms of a field', () => {
  const numbers: readonly (readonly [
    kind: 'increment' | 'maximum' | 'minimum',
    current: Value | undefined,
    operand: NumberValue,
    value: Value,
  ])[] = [
    ['increment', integer(1), integer(2), integer(3)],
    ['increment', integer(1), double(0.5), double(1.5)],
    ['increment', double(1), integer(2), double(3)],
    ['increment', undefined, integer(2), integer(2)],
    ['increment', string, integer(2), integer(2)],
    ['increment', MAX, integer(1), MAX],
    ['increment', MIN, integer(-1), MIN],
    ['maximum', integer(1), integer(2), integer(2)],
    ['maximum', integer(2), integer(1), integer(2)],
    ['maximum', integer(3), double(3), integer(3)],
    ['maximum', double(-0), integer(0), double(-0)],
    ['maximum', integer(1), double(NaN), double(NaN)],
    ['maximum', string, integer(2), integer(2)],
    ['minimum', integer(1), integer(2), integer(1)],
    ['minimum', integer(2), double(1.5), double(1.5)],
    ['minimum', double(3), integer(3), double(3)],
    ['minimum', double(NaN), integer(1), double(NaN)],
    ['minimum', undefined, integer(2), integer(2)],
  ];
  const show = (value: Value | undefined): string =>
    value !== undefined && 'value' in value ? String(value.value) : 'nothing';
  for (const [kind, current, operand, value] of numbers) {
    it(`${kind} of ${show(current)} by ${operand.type} ${show(operand)} is ${value.type} ${show(value)}`, () => {
      assert.deepEqual(outcome(current, { kind, field, operand }), [value, value]);
    });
  }

  it('set the time of the server', () => {
    const time: Value = { type: 'timestamp', value: 7000n };
    assert.deepEqual(outcome(integer(1), { kind: 'serverTimestamp', field }), [time, time]);
  });

  it('add what an array lacks, each once, at its end', () => {
    const operand = [integer(2), double(1), string, string];
    const added = outcome(array(integer(3), integer(1)), { kind: 'arrayUnion', field, operand });
    assert.deepEqual(added, [array(integer(3), integer(1), integer(2), string), NULL_VALUE]);
    for (const current of [undefined, string]) {
      const [value] = outcome(current, { kind: 'arrayUnion', field, operand: [integer(1)] });
      assert.deepEqual(value, array(integer(1)));
    }
  });

  it('remove all of an array that equals what is named', () => {
    const current = array(integer(1), string, double(1), double(NaN), integer(2));
    const operand = [integer(1), double(NaN)];
    const removed = outcome(current, { kind: 'arrayRemove', field, operand });
    assert.deepEqual(removed, [array(string, integer(2)), NULL_VALUE]);
    assert.deepEqual(outcome(string, { kind: 'arrayRemove', field, operand })[0], array());
  });
});
